/** Legs with SRTP whose keys stand in the descriptions (RFC 4568). The far ends encipher by themselves (srtp-envelope.ts), and what counts is what they hear. */
import { describe, expect, it } from "vitest";
import type { LegMedia, LegRules } from "../../application/media-port.ts";
import {
  CITIZEN_HZ,
  COLLEAGUE_HZ,
  hearEachOther,
  ok,
  OPERATOR_HZ,
  type Hearing,
  type MediaScene,
} from "../../../testing/media-peers/media-scene.ts";
import type { RtpPeer } from "../../../testing/media-peers/rtp-peer.ts";

const required = { srtp: "required" } as const;
const optional = { srtp: "optional" } as const;
const OUTSIDE_HZ = 2200;
const suites = ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM"] as const;

export function itEnciphers(scene: MediaScene): void {
  describe("legs with keys in their descriptions", () => {
    conversations(scene);
    choices(scene);
    refusals(scene);
    transfers(scene);
    renegotiations(scene);
    attacks(scene);
  });
}

type Joined = { leg: LegMedia; peer: RtpPeer };

/** A carrier that calls us. */
async function caller(
  scene: MediaScene,
  rules: LegRules,
  options: Parameters<MediaScene["rtpPeer"]>[0] = { srtp: {} },
) {
  const peer = await scene.rtpPeer(options);
  const leg = scene.leg("citizen");
  const answer = ok(await scene.server.answerOffer(leg, peer.offer(), rules)).answerSdp;
  peer.accept(answer);
  peer.speak(CITIZEN_HZ);
  return { leg, peer, answer };
}

/** A carrier that we call. */
async function callee(
  scene: MediaScene,
  order: LegRules & { towards?: LegMedia; name?: string },
  options: Parameters<MediaScene["rtpPeer"]>[0] = { srtp: {} },
) {
  const peer = await scene.rtpPeer(options);
  const leg = scene.leg(order.name ?? "citizen");
  const { srtp, towards } = order;
  const rules = { srtp, ...(towards !== undefined && { towards: towards.legId }) } as LegRules;
  const offer = ok(await scene.server.makeOffer(leg, { profile: "rtp", ...rules })).offerSdp;
  ok(await scene.server.acceptAnswer(leg, peer.answer(offer)));
  peer.speak(CITIZEN_HZ);
  return { leg, peer, offer };
}

async function operatorFor(scene: MediaScene, citizen: Joined) {
  const operator = await scene.browserCallee("operator", citizen.leg);
  operator.peer.speak(OPERATOR_HZ);
  ok(await scene.server.connect(citizen.leg, operator.leg));
  await hearEachOther(citizen.peer, operator.peer);
  return operator;
}

const protocolOf = (sdp: string): string | undefined => /^m=audio \d+ (\S+)/m.exec(sdp)?.[1];
const linesOf = (sdp: string): string[] => [...sdp.matchAll(/^a=crypto:(\d+ \S+) /gm)].map(([, line = ""]) => line);
const keysOf = (sdp: string): string[] =>
  [...sdp.matchAll(/^a=crypto:\d+ \S+ inline:(\S+)/gm)].map(([, key = ""]) => key);

function conversations(scene: MediaScene): void {
  it.each(suites)("a carrier that calls with %s and an operator in a browser hear each other", async (suite) => {
    const citizen = await caller(scene, required, { srtp: { suite } });
    expect(protocolOf(citizen.answer)).toBe("RTP/SAVP");
    expect(linesOf(citizen.answer)).toEqual([`1 ${suite}`]);
    await operatorFor(scene, citizen);
    expect(citizen.peer.srtp?.unreadable).toBe(0);
  });

  it.each(suites)("a carrier that is called and chooses %s, and an operator, hear each other", async (suite) => {
    const citizen = await callee(scene, required, { srtp: { suite } });
    expect(protocolOf(citizen.offer)).toBe("RTP/SAVP");
    expect(new Set(linesOf(citizen.offer).map((line) => line.split(" ")[1]))).toEqual(new Set(suites));
    await operatorFor(scene, citizen);
    expect(citizen.peer.srtp?.unreadable).toBe(0);
  });

  it("keys that are pressed pass enciphered too, both ways", async () => {
    const citizen = await caller(scene, required);
    await operatorFor(scene, citizen);
    await citizen.peer.press("5");
    await scene.told((event) => event.type === "dtmf-received" && event.digit === "5");
    ok(await scene.server.sendDtmf(citizen.leg, "7", 120));
    await citizen.peer.hearsKeys("7");
  });
}

function choices(scene: MediaScene): void {
  it("where it is optional, plain RTP is offered with keys beside it, and a carrier that overlooks them speaks plain RTP", async () => {
    const citizen = await callee(scene, optional, {});
    expect(protocolOf(citizen.offer)).toBe("RTP/AVP");
    expect(linesOf(citizen.offer)).toHaveLength(2);
    await operatorFor(scene, citizen);
    const again = ok(await scene.server.makeOffer(citizen.leg, { profile: "rtp" })).offerSdp;
    expect(linesOf(again)).toEqual([]);
  });

  it("where it is optional, a carrier that takes the keys is heard enciphered", async () => {
    const citizen = await callee(scene, optional);
    await operatorFor(scene, citizen);
    expect(citizen.peer.srtp?.unreadable).toBe(0);
  });

  it.each([
    ["RTP/SAVP", { srtp: {} }],
    ["RTP/AVP with keys", { srtp: { protocol: "RTP/AVP" } }],
    ["RTP/AVP", {}],
  ] as const)("where it is optional, a carrier that calls with %s gets the same back", async (_name, options) => {
    const citizen = await caller(scene, optional, options);
    expect(protocolOf(citizen.answer)).toBe(_name.split(" ")[0]);
    expect(linesOf(citizen.answer)).toHaveLength("srtp" in options ? 1 : 0);
    await operatorFor(scene, citizen);
  });

  it("where it is off, keys beside plain RTP are overlooked", async () => {
    const peer = await scene.rtpPeer({ srtp: { protocol: "RTP/AVP" } });
    const { answerSdp } = ok(await scene.server.answerOffer(scene.leg("citizen"), peer.offer()));
    expect(linesOf(answerSdp)).toEqual([]);
  });

  it("of several keys the first that is known and asks for nothing special is taken", async () => {
    const peer = await scene.rtpPeer({ srtp: {} });
    const key = keysOf(peer.offer())[0];
    const strange = [
      "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
      `a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^20|1:4`,
      `a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:${key} UNENCRYPTED_SRTP`,
      "a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=",
      `a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^31`,
    ];
    const offer = peer.offer().replace(/^a=crypto:.*$/m, strange.join("\r\n"));
    const { answerSdp } = ok(await scene.server.answerOffer(scene.leg("citizen"), offer, required));
    expect(linesOf(answerSdp)).toEqual(["5 AES_CM_128_HMAC_SHA1_80"]);
  });
}

function refusals(scene: MediaScene): void {
  const unsupported = { ok: false, reason: "unsupported-transport" };

  it("RTP/SAVP is refused where it is off, and plain RTP where SRTP is required; nothing is left behind", async () => {
    const secured = await scene.rtpPeer({ srtp: {} });
    const plain = await scene.rtpPeer({});
    const leg = scene.leg("citizen");
    expect(await scene.server.answerOffer(leg, secured.offer())).toMatchObject(unsupported);
    expect(await scene.server.answerOffer(leg, plain.offer(), required)).toMatchObject(unsupported);
    expect(scene.server.activeLegs()).toBe(0);
  });

  it("RTP/SAVP without any key that is known is refused", async () => {
    const peer = await scene.rtpPeer({ srtp: {} });
    const offer = peer.offer().replace("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32");
    expect(await scene.server.answerOffer(scene.leg("citizen"), offer, optional)).toMatchObject(unsupported);
  });

  it("an answer in the clear is refused where SRTP is required, and so is a key for what was not offered", async () => {
    const leg = scene.leg("citizen");
    const offer = ok(await scene.server.makeOffer(leg, { profile: "rtp", ...required })).offerSdp;
    const plain = (await scene.rtpPeer({})).answer(offer);
    expect(await scene.server.acceptAnswer(leg, plain)).toMatchObject(unsupported);
    const strange = (await scene.rtpPeer({ srtp: {} })).answer(offer).replace(/a=crypto:\d+/, "a=crypto:9");
    expect(await scene.server.acceptAnswer(leg, strange)).toMatchObject(unsupported);
  });

  it("a re-INVITE in the clear is refused where SRTP is required, and the conversation goes on", async () => {
    const citizen = await caller(scene, required);
    const operator = await operatorFor(scene, citizen);
    const plain = (await scene.rtpPeer({})).offer();
    expect(await scene.server.answerOffer(citizen.leg, plain)).toMatchObject(unsupported);
    await hearEachOther(citizen.peer, operator.peer);
  });
}

function transfers(scene: MediaScene): void {
  it("an enciphered citizen goes to a desk phone, to another carrier, and back, and no leg is described anew", async () => {
    const citizen = await caller(scene, required);
    const operator = await operatorFor(scene, citizen);
    const desk = await scene.rtpCallee("desk", citizen.leg);
    desk.peer.speak(COLLEAGUE_HZ);
    ok(await scene.server.connect(citizen.leg, desk.leg));
    await desk.peer.ear.hearsTone(CITIZEN_HZ);
    await citizen.peer.ear.hearsTone(COLLEAGUE_HZ);

    // Both with the same cipher and keys of their own.
    const outside = await callee(scene, { ...required, towards: citizen.leg, name: "outside" });
    outside.peer.speak(OUTSIDE_HZ);
    ok(await scene.server.connect(citizen.leg, outside.leg));
    await outside.peer.ear.hearsTone(CITIZEN_HZ);
    await citizen.peer.ear.hearsTone(OUTSIDE_HZ);

    ok(await scene.server.connect(citizen.leg, operator.leg));
    await hearEachOther(citizen.peer, operator.peer);
    expect([citizen.peer.srtp?.unreadable, outside.peer.srtp?.unreadable]).toEqual([0, 0]);
  });

  it("waits with music", async () => {
    const citizen = await caller(scene, required);
    ok(await scene.server.startMusic(citizen.leg));
    const operator = await operatorFor(scene, citizen);
    await hearEachOther(citizen.peer, operator.peer);
  });
}

function renegotiations(scene: MediaScene): void {
  it("hold and resume keep the keys", async () => {
    const citizen = await caller(scene, required);
    const operator = await operatorFor(scene, citizen);
    for (const direction of ["sendonly", "sendrecv"] as const) {
      const { answerSdp } = ok(await scene.server.answerOffer(citizen.leg, citizen.peer.offer({ direction })));
      expect(keysOf(answerSdp)).toEqual(keysOf(citizen.answer));
      citizen.peer.accept(answerSdp);
    }
    await hearEachOther(citizen.peer, operator.peer);
  });

  it("our own later offers name the key that is in use, and nothing else", async () => {
    const citizen = await callee(scene, required, { srtp: { suite: "AEAD_AES_128_GCM" } });
    const operator = await operatorFor(scene, citizen);
    const { offerSdp } = ok(await scene.server.makeOffer(citizen.leg, { profile: "rtp" }));
    expect(linesOf(offerSdp)).toEqual(linesOf(citizen.offer).filter((line) => line.endsWith("AEAD_AES_128_GCM")));
    expect(keysOf(citizen.offer)).toContain(keysOf(offerSdp)[0]);
    ok(await scene.server.acceptAnswer(citizen.leg, citizen.peer.answer(offerSdp)));
    await hearEachOther(citizen.peer, operator.peer);
  });

  it.each(["caller", "callee"] as const)(
    "a far end that renews its key is heard with the new one (%s)",
    async (role) => {
      const citizen = role === "caller" ? await caller(scene, required) : await callee(scene, required);
      const operator = await operatorFor(scene, citizen);
      citizen.peer.srtp?.renew();
      citizen.peer.accept(ok(await scene.server.answerOffer(citizen.leg, citizen.peer.offer())).answerSdp);
      operator.peer.ear.forget();
      citizen.peer.ear.forget();
      await hearEachOther(citizen.peer, operator.peer);
    },
  );

  it("a far end may go over to plain RTP and to keys again where it is optional", async () => {
    const citizen = await caller(scene, optional);
    const operator = await operatorFor(scene, citizen);
    const plain = await scene.rtpPeer({});
    plain.accept(ok(await scene.server.answerOffer(citizen.leg, plain.offer())).answerSdp);
    citizen.peer.hush();
    plain.speak(CITIZEN_HZ);
    operator.peer.ear.forget();
    await hearEachOther(plain, operator.peer);
    const again = await scene.rtpPeer({ srtp: { suite: "AEAD_AES_128_GCM" } });
    again.accept(ok(await scene.server.answerOffer(citizen.leg, again.offer())).answerSdp);
    plain.hush();
    again.speak(CITIZEN_HZ);
    operator.peer.ear.forget();
    await hearEachOther(again, operator.peer);
  });
}

function attacks(scene: MediaScene): void {
  it("who enciphers with another key is not heard", async () => {
    const citizen = await caller(scene, required);
    const operator = await operatorFor(scene, citizen);
    citizen.peer.srtp?.sealWithAnother();
    await isNotHeard(operator.peer);
  });

  it("packets that were changed on their way, or that are in the clear, are not heard", async () => {
    const citizen = await caller(scene, required);
    const operator = await operatorFor(scene, citizen);
    for (const change of [flipped, (_sealed: Buffer, plain: Buffer): Buffer => plain]) {
      citizen.peer.tamper = change;
      await isNotHeard(operator.peer);
      citizen.peer.tamper = null;
      await operator.peer.ear.hearsTone(CITIZEN_HZ);
    }
  });
}

/** Any more, once what is under way has arrived. */
async function isNotHeard({ ear }: Hearing): Promise<void> {
  await expect.poll(() => ear.shareDuring(CITIZEN_HZ, 400), { timeout: 8000, interval: 1 }).toBeLessThan(0.05);
}

/** One bit of the sound. */
function flipped(sealed: Buffer): Buffer {
  return Buffer.from(sealed.map((byte, place) => (place === 20 ? byte ^ 1 : byte)));
}
