/** Legs that are bound to what their trunk wants: its codecs, whatever their counterparts speak, and its use of SRTP. */
import { expect, it } from "vitest";
import {
  CITIZEN_HZ,
  hearEachOther,
  ok,
  OPERATOR_HZ,
  type MediaScene,
  type ServerUnderTest,
} from "../../../testing/media-peers/media-scene.ts";
import { itEnciphers } from "./enciphered-legs.contract.ts";
import { RtpPeer } from "../../../testing/media-peers/rtp-peer.ts";

export function itBindsLegs(scene: MediaScene, { translates }: Pick<ServerUnderTest, "translates">): void {
  itEnciphers(scene);

  it("offers a bound leg its codecs alone, in their order, and what is joined to it is heard", async () => {
    const operator = await scene.rtpCaller("operator", { codecs: ["pcma"] });
    const carrier = await RtpPeer.open({ codecs: translates ? ["g722"] : ["pcma"] });
    try {
      const leg = scene.leg("carrier");
      const order = { profile: "rtp", towards: operator.leg.legId, audio: ["G722", "PCMA"] } as const;
      const { offerSdp } = ok(await scene.server.makeOffer(leg, order));
      // A server that does not translate can offer only what the operator speaks.
      expect(formatsOf(offerSdp)).toBe(translates ? "9 8 101" : "8 101");
      ok(await scene.server.acceptAnswer(leg, carrier.answer(offerSdp)));
      carrier.speak(CITIZEN_HZ);
      operator.peer.speak(OPERATOR_HZ);
      ok(await scene.server.connect(leg, operator.leg));
      await hearEachOther(carrier, operator.peer);
    } finally {
      await carrier.close();
    }
  });

  it("agrees with a bound leg to its codecs alone, also in later offers and answers", async () => {
    const carrier = await RtpPeer.open({ codecs: ["pcmu", "g722", "pcma"] });
    try {
      const leg = scene.leg("carrier");
      const audio = ["PCMA", "PCMU"] as const;
      expect(formatsOf(ok(await scene.server.answerOffer(leg, carrier.offer(), { audio })).answerSdp)).toBe("8 0 101");
      expect(formatsOf(ok(await scene.server.answerOffer(leg, carrier.offer())).answerSdp)).toBe("8 0 101");
      expect(formatsOf(ok(await scene.server.makeOffer(leg, { profile: "rtp" })).offerSdp)).toBe("8 0 101");
    } finally {
      await carrier.close();
    }
  });

  it("refuses an offer without any codec that the leg is bound to", async () => {
    const offer = await scene.rtpOffer({ codecs: ["g722"] });
    const refused = await scene.server.answerOffer(scene.leg("carrier"), offer, { audio: ["PCMA"] });
    expect(refused).toMatchObject({ ok: false, reason: "no-shared-codec" });
    expect(scene.server.activeLegs()).toBe(0);
  });
}

function formatsOf(sdp: string): string | undefined {
  return /^m=audio \d+ RTP\/AVP (.*?)\r?$/m.exec(sdp)?.[1];
}
