/**
 * What every media server of the box must do, proved by what the ends hear: peers speak tones over real sockets and listen for the other's. Run by
 * an integration test of each implementation, which opens the server.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  CITIZEN_HZ,
  COLLEAGUE_HZ,
  hearEachOther,
  hearsMusic,
  MediaScene,
  ok,
  OPERATOR_HZ,
} from "../../../testing/media-peers/media-scene.ts";
import type { ServerUnderTest } from "../../../testing/media-peers/media-scene.ts";
import { MELODY_NOTES_HZ } from "./audio/hold-melody.ts";
import { itAnnounces } from "./announcements.contract.ts";
import { itBindsLegs } from "./bound-legs.contract.ts";
import { itPassesKeys } from "./keys.contract.ts";
import { itConfers } from "./conferences.contract.ts";
import { itRefusesAndEnds } from "./refusals.contract.ts";
import { itPassesText } from "./text.contract.ts";

const AWAY = 0.05;

export function itIsAMediaServer(underTest: ServerUnderTest): void {
  describe(`${underTest.name} is a media server`, () => {
    const scene = new MediaScene(underTest);
    beforeAll(() => scene.open());
    afterEach(() => scene.endCall());
    afterAll(() => scene.close());

    conversations(scene);
    transfers(scene);
    waiting(scene);
    itAnnounces(scene);
    itConfers(scene, underTest.translates);
    itBindsLegs(scene, underTest);
    holding(scene);
    itPassesKeys(scene, underTest);
    itRefusesAndEnds(scene);
    itPassesText(scene);
    if (underTest.translates) translations(scene);
    else renegotiations(scene);
  });
}

function conversations(scene: MediaScene): void {
  it("a citizen from a trunk and an operator in a browser hear each other, and nothing else", async () => {
    const { citizen, operator } = await scene.conversation();
    expect(await citizen.peer.ear.shareDuring(OPERATOR_HZ, 500)).toBeGreaterThan(0.9);
    expect(operator.peer.ear.lately(500).length).toBeGreaterThan(2000);
  });

  it("two browsers hear each other, whoever was called", async () => {
    const caller = await scene.browserCaller("caller");
    const callee = await scene.browserCallee("callee", caller.leg);
    caller.peer.speak(CITIZEN_HZ);
    callee.peer.speak(OPERATOR_HZ);
    ok(await scene.server.connect(caller.leg, callee.leg));
    await hearEachOther(caller.peer, callee.peer);
  });

  it("two browsers that both were called hear each other", async () => {
    const { citizen, operator } = await scene.conversation();
    const colleague = await scene.browserCallee("colleague", citizen.leg);
    colleague.peer.speak(COLLEAGUE_HZ);
    ok(await scene.server.connect(operator.leg, colleague.leg));
    await operator.peer.ear.hearsTone(COLLEAGUE_HZ);
    await colleague.peer.ear.hearsTone(OPERATOR_HZ);
  });

  it("two desk phones hear each other", async () => {
    const caller = await scene.rtpCaller("caller");
    const callee = await scene.rtpCallee("callee", caller.leg);
    caller.peer.speak(CITIZEN_HZ);
    callee.peer.speak(OPERATOR_HZ);
    ok(await scene.server.connect(caller.leg, callee.leg));
    await hearEachOther(caller.peer, callee.peer);
  });
}

function transfers(scene: MediaScene): void {
  it("a citizen goes from one operator to another: the second hears him, the first hears nobody, no leg is described anew", async () => {
    const { citizen, operator } = await scene.conversation();
    const colleague = await scene.browserCallee("colleague", citizen.leg);
    colleague.peer.speak(COLLEAGUE_HZ);
    ok(await scene.server.connect(citizen.leg, colleague.leg));
    await colleague.peer.ear.hearsTone(CITIZEN_HZ);
    await citizen.peer.ear.hearsTone(COLLEAGUE_HZ);
    await operator.peer.ear.losesTone(CITIZEN_HZ);
    expect(await citizen.peer.ear.shareDuring(OPERATOR_HZ, 400)).toBeLessThan(AWAY);

    await scene.server.closeLeg(operator.leg);
    expect(await citizen.peer.ear.shareDuring(COLLEAGUE_HZ, 400)).toBeGreaterThan(0.9);
    expect(scene.server.activeLegs()).toBe(2);
  });

  it("a citizen comes back to the first operator after a transfer that came to nothing", async () => {
    const { citizen, operator } = await scene.conversation();
    const colleague = await scene.rtpCallee("colleague", citizen.leg);
    colleague.peer.speak(COLLEAGUE_HZ);
    ok(await scene.server.connect(citizen.leg, colleague.leg));
    await citizen.peer.ear.hearsTone(COLLEAGUE_HZ);
    await scene.server.closeLeg(colleague.leg);
    ok(await scene.server.connect(citizen.leg, operator.leg));
    await hearEachOther(citizen.peer, operator.peer);
  });

  it("parted legs hear each other no more, and again when they are joined again", async () => {
    const { citizen, operator } = await scene.conversation();
    ok(await scene.server.disconnect(citizen.leg));
    await citizen.peer.ear.losesTone(OPERATOR_HZ);
    await operator.peer.ear.losesTone(CITIZEN_HZ);
    ok(await scene.server.connect(operator.leg, citizen.leg));
    await hearEachOther(citizen.peer, operator.peer);
  });
}

function waiting(scene: MediaScene): void {
  it("a caller who waits hears the music, then the operator who answers", async () => {
    const citizen = await scene.rtpCaller("citizen");
    citizen.peer.speak(CITIZEN_HZ);
    ok(await scene.server.startMusic(citizen.leg));
    await hearsMusic(citizen.peer);
    const operator = await scene.browserCallee("operator", citizen.leg);
    operator.peer.speak(OPERATOR_HZ);
    ok(await scene.server.connect(citizen.leg, operator.leg));
    await hearEachOther(citizen.peer, operator.peer);
    await citizen.peer.ear.losesTone(MELODY_NOTES_HZ[0]);
  });

  it("a caller in a browser hears the music too", async () => {
    const caller = await scene.browserCaller("caller");
    ok(await scene.server.startMusic(caller.leg));
    await hearsMusic(caller.peer);
  });

  it("music does not stop by itself", async () => {
    const citizen = await scene.rtpCaller("citizen");
    ok(await scene.server.startMusic(citizen.leg));
    // The melody is two seconds long.
    for (let round = 0; round < 3; round += 1) await hearsMusic(citizen.peer);
  });
}

function holding(scene: MediaScene): void {
  it("music to one leg silences both ways; without it they hear each other again", async () => {
    const { citizen, operator } = await scene.conversation();
    ok(await scene.server.startMusic(citizen.leg));
    await hearsMusic(citizen.peer);
    await operator.peer.ear.losesTone(CITIZEN_HZ);
    expect(await citizen.peer.ear.shareDuring(OPERATOR_HZ, 400)).toBeLessThan(AWAY);
    ok(await scene.server.stopMusic(citizen.leg));
    await hearEachOther(citizen.peer, operator.peer);
  });

  it.each([
    { theirs: "sendonly", ours: "recvonly" },
    { theirs: "inactive", ours: "inactive" },
    { theirs: "recvonly", ours: "sendonly" },
  ] as const)("a re-INVITE with $theirs is answered with $ours, and sendrecv brings the sound back", async (row) => {
    const { citizen, operator } = await scene.conversation();
    const held = ok(await scene.server.answerOffer(citizen.leg, citizen.peer.offer({ direction: row.theirs })));
    expect(held.direction).toBe(row.theirs);
    expect(directionOf(held.answerSdp)).toBe(row.ours);
    citizen.peer.accept(held.answerSdp);
    if (row.theirs !== "recvonly") await citizen.peer.ear.losesTone(OPERATOR_HZ);
    const resumed = ok(await scene.server.answerOffer(citizen.leg, citizen.peer.offer()));
    expect(directionOf(resumed.answerSdp)).toBe("sendrecv");
    citizen.peer.accept(resumed.answerSdp);
    await hearEachOther(citizen.peer, operator.peer);
  });

  it("a hold by c=0.0.0.0 counts as sendonly (RFC 3264 §8.4)", async () => {
    const { citizen } = await scene.conversation();
    const held = ok(await scene.server.answerOffer(citizen.leg, citizen.peer.offer({ zeroAddress: true })));
    expect(held.direction).toBe("sendonly");
    expect(directionOf(held.answerSdp)).toBe("recvonly");
    await citizen.peer.ear.losesTone(OPERATOR_HZ);
  });

  it("an operator's browser holds: the citizen gets music, and the operator's voice when it resumes", async () => {
    const { citizen, operator } = await scene.conversation();
    const held = ok(await scene.server.answerOffer(operator.leg, await operator.peer.offer({ direction: "inactive" })));
    expect(directionOf(held.answerSdp)).toBe("inactive");
    await operator.peer.accept(held.answerSdp);
    ok(await scene.server.startMusic(citizen.leg));
    await hearsMusic(citizen.peer);
    const resumed = ok(
      await scene.server.answerOffer(operator.leg, await operator.peer.offer({ direction: "sendrecv" })),
    );
    expect(directionOf(resumed.answerSdp)).toBe("sendrecv");
    await operator.peer.accept(resumed.answerSdp);
    ok(await scene.server.stopMusic(citizen.leg));
    await hearEachOther(citizen.peer, operator.peer);
  });

  it("a re-INVITE leaves ports and version in order", async () => {
    const { citizen } = await scene.conversation();
    const first = ok(await scene.server.answerOffer(citizen.leg, citizen.peer.offer())).answerSdp;
    const second = ok(await scene.server.answerOffer(citizen.leg, citizen.peer.offer())).answerSdp;
    expect(portOf(second)).toBe(portOf(first));
    expect(versionOf(second)).toBe(versionOf(first) + 1);
  });
}

function translations(scene: MediaScene): void {
  it("joins legs without a common codec, in one step", async () => {
    const citizen = await scene.rtpCaller("citizen", { codecs: ["g722"] });
    const operator = await scene.browserCaller("operator", ["pcmu"]);
    citizen.peer.speak(CITIZEN_HZ);
    operator.peer.speak(OPERATOR_HZ);
    expect(await scene.server.connect(citizen.leg, operator.leg)).toMatchObject({ ok: true, renegotiate: [] });
    await hearEachOther(citizen.peer, operator.peer);
  });
}

function renegotiations(scene: MediaScene): void {
  it("offers only what the counterpart speaks, also while the counterpart is still being answered", async () => {
    const citizen = scene.leg("citizen");
    const offer = await scene.rtpOffer({ codecs: ["pcmu"] });
    const answering = scene.server.answerOffer(citizen, offer);
    const order = { profile: "rtp", towards: citizen.legId } as const;
    const { offerSdp } = ok(await scene.server.makeOffer(scene.leg("operator"), order));
    ok(await answering);
    expect(offerSdp).toContain("PCMU/8000");
    expect(offerSdp).not.toMatch(/opus|G722/i);
  });

  it("offers what every carrier speaks to whoever is to talk over a trunk", async () => {
    const order = { profile: "webrtc", audio: "telephone" } as const;
    const { offerSdp } = ok(await scene.server.makeOffer(scene.leg("operator"), order));
    expect(offerSdp).toContain("PCMA/8000");
    expect(offerSdp).not.toMatch(/opus|G722/i);
  });

  it("names the leg to renegotiate, which then hears and is heard", async () => {
    const citizen = await scene.rtpCaller("citizen", { codecs: ["pcma"] });
    const operator = await scene.rtpCallee("operator", scene.leg("nobody"), { codecs: ["g722", "pcma"] });
    citizen.peer.speak(CITIZEN_HZ);
    operator.peer.speak(OPERATOR_HZ);
    expect(await scene.server.connect(citizen.leg, operator.leg)).toMatchObject({ renegotiate: [operator.leg.legId] });
    const order = { profile: "rtp", towards: citizen.leg.legId } as const;
    const { offerSdp } = ok(await scene.server.makeOffer(operator.leg, order));
    ok(await scene.server.acceptAnswer(operator.leg, operator.peer.answer(offerSdp)));
    await hearEachOther(citizen.peer, operator.peer);
  });

  it("refuses to join legs that can never share a codec", async () => {
    const citizen = await scene.rtpCaller("citizen", { codecs: ["g722"] });
    const operator = await scene.rtpCaller("operator", { codecs: ["pcmu"] });
    const joined = await scene.server.connect(citizen.leg, operator.leg);
    expect(joined).toMatchObject({ ok: false, reason: "no-shared-codec" });
  });
}

function directionOf(sdp: string): string | undefined {
  return /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(sdp)?.[1];
}

function portOf(sdp: string): string | undefined {
  return /^m=audio (\d+)/m.exec(sdp)?.[1];
}

function versionOf(sdp: string): number {
  return Number(/^o=\S+ \S+ (\d+)/m.exec(sdp)?.[1]);
}
