/**
 * An rtpengine is killed while people talk: the box tells both far ends where their media is now, and they hear each other again. A whole office with two
 * real rtpengines; its signalling is played, and citizen and operator are RTP peers who know each other by their tones.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, OfficeScene, officeSettings } from "../../../../testing/office-scene.ts";
import {
  CITIZEN_HZ,
  COLLEAGUE_HZ,
  hearEachOther,
  hearsMusic,
  OPERATOR_HZ,
} from "../../../../testing/media-peers/media-scene.ts";
import { RtpPeer } from "../../../../testing/media-peers/rtp-peer.ts";
import { startRtpengine, type RtpengineProcess } from "../../../../testing/media-peers/rtpengine-process.ts";
import { RecordingLog } from "../../../../testing/recording-log.ts";
import { createCallMedia } from "../call-media.ts";
import { PromptFiles } from "../prompt-files.ts";
import { openRtpengineMediaServer } from "./rtpengine-media-server.ts";
import { withText } from "../text/text-media-server.ts";
import type { MediaServer } from "../../../application/media-port.ts";
import type { LegId } from "../../../domain/call/ids.ts";

const LATER_HZ = 700;
let rtpengines: RtpengineProcess[];
let server: MediaServer;
let scene: OfficeScene;
let citizen: RtpPeer;
let operator: RtpPeer;
let citizenLeg: LegId;
let annasLeg: LegId;

/** Citizen and Anna talk over the first rtpengine. */
beforeEach(async () => {
  rtpengines = [await startRtpengine(), await startRtpengine()];
  const [first, ...others] = rtpengines as [RtpengineProcess, RtpengineProcess];
  const fallback = { listenAddress: "127.0.0.1", calls: 1 };
  server = withText(await openRtpengineMediaServer({ ...first, others, fallback, log: new RecordingLog() }), {
    ports: null,
    log: new RecordingLog(),
  });
  scene = await OfficeScene.open({ ...officeSettings(), media: createCallMedia(server, new PromptFiles()) });
  server.onEvent((event) => {
    if (event.type === "media-moved") scene.box.mediaMoved(event.callId);
    if (event.type === "media-lost") scene.box.mediaFailed(event.legId);
  });
  [citizen, operator] = [await RtpPeer.open(), await RtpPeer.open()];
  scene.box.desk.pageJoined(anna, "page");
  scene.register(anna, "phone");
  citizenLeg = await scene.call({ sdp: citizen.offer() });
  await expect.poll(() => answerOf(citizenLeg)).toBeDefined();
  citizen.accept(answerOf(citizenLeg) ?? "");
  citizen.speak(CITIZEN_HZ);
  await expect.poll(() => scene.sip.placed.length).toBe(1);
  const [order] = scene.sip.placed;
  if (order === undefined) throw new Error("nobody rings");
  annasLeg = order.legId;
  scene.sip.hear({ type: "leg-answered", legId: annasLeg, sdp: operator.answer(order.sdp) });
  operator.speak(OPERATOR_HZ);
  await hearEachOther(citizen, operator);
  scene.sip.reinviteAnswers.set(citizenLeg, (offer) => citizen.answer(offer));
  scene.sip.reinviteAnswers.set(annasLeg, (offer) => operator.answer(offer));
});
afterEach(async () => {
  scene.sip.hear({ type: "leg-ended", legId: citizenLeg, how: "bye" });
  await expect.poll(() => server.activeLegs()).toBe(0);
  expect(scene.box.health()).toMatchObject({ callsInProgress: 0, callsWithLeftovers: 0 });
  await scene.box.close();
  await server.close();
  await Promise.all([citizen.close(), operator.close(), ...rtpengines.map((rtpengine) => rtpengine.close())]);
});

function answerOf(legId: LegId): string | undefined {
  const start = `answer-leg ${legId} `;
  return scene.sip.done.find((one) => one.startsWith(start))?.slice(start.length);
}

async function firstIsKilled(): Promise<void> {
  await rtpengines[0]?.kill();
}

/** Other voices than before, so that nothing is taken for the new place that was heard at the old one. */
async function hearOtherVoices(): Promise<void> {
  citizen.speak(COLLEAGUE_HZ);
  operator.speak(LATER_HZ);
  await Promise.all([citizen.ear.hearsTone(LATER_HZ), operator.ear.hearsTone(COLLEAGUE_HZ)]);
}

const redescribed = (legId: LegId): number =>
  scene.sip.done.filter((one) => one.startsWith(`renegotiate-leg ${legId} `)).length;

test("both hear each other again over the other rtpengine, and the call goes on", async () => {
  await firstIsKilled();
  const killedAt = Date.now();
  await expect.poll(() => redescribed(citizenLeg) + redescribed(annasLeg), { timeout: 6_000 }).toBe(2);
  await hearOtherVoices();
  expect(Date.now() - killedAt).toBeLessThan(6_000);
  expect(await server.health()).toMatchObject({ ok: true, movedCalls: 1, servers: [{ ok: false }, { ok: true }] });
  expect(await scene.box.commands.hold(scene.lastCallId(), anna)).toEqual({ ok: true });
  await hearsMusic(citizen);
  expect(await scene.box.commands.resume(scene.lastCallId(), anna)).toEqual({ ok: true });
  await citizen.ear.hearsTone(LATER_HZ);
});

test("a citizen on hold hears the music again", async () => {
  expect(await scene.box.commands.hold(scene.lastCallId(), anna)).toEqual({ ok: true });
  await hearsMusic(citizen);
  await firstIsKilled();
  await expect.poll(() => redescribed(citizenLeg), { timeout: 6_000 }).toBe(1);
  await hearsMusic(citizen);
});

test("a telephone that does not follow is let go, and the citizen is not left alone", async () => {
  scene.sip.reinviteAnswers.delete(annasLeg);
  await firstIsKilled();
  await expect
    .poll(() => scene.sip.done.some((one) => one.startsWith(`end-leg ${annasLeg}`)), { timeout: 6_000 })
    .toBe(true);
});

test("when none is left the box's own relay goes on with the call, and takes new ones as far as it has room", async () => {
  await Promise.all(rtpengines.map((rtpengine) => rtpengine.kill()));
  await expect.poll(() => redescribed(citizenLeg) + redescribed(annasLeg), { timeout: 8_000 }).toBe(2);
  await hearOtherVoices();
  expect(await server.health()).toMatchObject({
    // There is room for one call.
    ok: false,
    movedCalls: 1,
    fallbackLegs: 2,
    servers: [{ ok: false }, { ok: false }],
    detail: expect.stringContaining("the embedded relay in their place, 2 legs") as string,
  });
  expect(await scene.box.commands.hold(scene.lastCallId(), anna)).toEqual({ ok: true });
  await hearsMusic(citizen);
  expect(await scene.box.commands.resume(scene.lastCallId(), anna)).toEqual({ ok: true });
  await citizen.ear.hearsTone(LATER_HZ);
});
