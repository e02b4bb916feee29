/** The part of the media servers' contract that is about what they refuse, and about ends. */
import { expect, it } from "vitest";
import { CITIZEN_HZ, hearEachOther } from "../../../testing/media-peers/media-scene.ts";
import type { MediaScene } from "../../../testing/media-peers/media-scene.ts";

export function itRefusesAndEnds(scene: MediaScene): void {
  refusals(scene);
  endings(scene);
}

function refusals(scene: MediaScene): void {
  it.each([
    ["no description at all", "hello"],
    [
      "a description without audio",
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n",
    ],
    ["a megabyte", "v=0\r\n".repeat(200_000)],
  ])("%s is refused as bad-sdp and leaves nothing behind", async (_what, sdp) => {
    expect(await scene.server.answerOffer(scene.leg("stranger"), sdp)).toMatchObject({ ok: false, reason: "bad-sdp" });
    expect(scene.server.activeLegs()).toBe(0);
  });

  it("an unknown codec is refused as no-shared-codec and leaves nothing behind", async () => {
    const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n";
    const answer = await scene.server.answerOffer(scene.leg("stranger"), sdp);
    expect(answer).toMatchObject({ ok: false, reason: "no-shared-codec" });
    expect(scene.server.activeLegs()).toBe(0);
  });

  it("a refused re-INVITE leaves the conversation as it was", async () => {
    const { citizen, operator } = await scene.conversation();
    expect(await scene.server.answerOffer(citizen.leg, "hello")).toMatchObject({ ok: false, reason: "bad-sdp" });
    await hearEachOther(citizen.peer, operator.peer);
  });

  it("an unknown leg is refused by every operation that needs one", async () => {
    const { server } = scene;
    const known = await scene.rtpCaller("citizen");
    const stranger = scene.leg("stranger");
    const unknown = { ok: false, reason: "unknown-leg" };
    const answer = known.peer.offer();
    expect(await server.acceptAnswer(stranger, answer)).toMatchObject(unknown);
    expect(await server.connect(known.leg, stranger)).toMatchObject(unknown);
    expect(await server.connect(known.leg, known.leg)).toMatchObject(unknown);
    expect(await server.disconnect(stranger)).toMatchObject(unknown);
    expect(await server.startMusic(stranger)).toMatchObject(unknown);
    expect(await server.stopMusic(stranger)).toMatchObject(unknown);
    expect(await server.sendDtmf(stranger, "1", 100)).toMatchObject(unknown);
    expect(server.activeLegs()).toBe(1);
  });

  it("an answer that nobody asked for is refused", async () => {
    const citizen = await scene.rtpCaller("citizen");
    const answer = await scene.server.acceptAnswer(citizen.leg, citizen.peer.offer());
    expect(answer).toMatchObject({ ok: false, reason: "bad-sdp" });
  });
}

function endings(scene: MediaScene): void {
  it("closing is idempotent, also for what never was", async () => {
    const { citizen, operator } = await scene.conversation();
    await scene.server.closeLeg(citizen.leg);
    await scene.server.closeLeg(citizen.leg);
    await scene.server.closeLeg(scene.leg("stranger"));
    expect(scene.server.activeLegs()).toBe(1);
    await operator.peer.ear.losesTone(CITIZEN_HZ);
    await scene.server.closeCall(citizen.leg.callId);
    await scene.server.closeCall(citizen.leg.callId);
    expect(scene.server.activeLegs()).toBe(0);
  });

  it("a leg closed while it is set up stays closed", async () => {
    const peer = await scene.rtpCaller("citizen");
    const operator = scene.leg("operator");
    const offering = scene.server.makeOffer(operator, { profile: "webrtc", towards: peer.leg.legId });
    await scene.server.closeLeg(operator);
    await offering;
    await scene.server.closeLeg(operator);
    expect(scene.server.activeLegs()).toBe(1);
  });

  it("is healthy", async () => {
    expect(await scene.server.health()).toMatchObject({ ok: true });
  });
}
