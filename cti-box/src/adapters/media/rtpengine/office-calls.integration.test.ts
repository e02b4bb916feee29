/**
 * What operators do with a call when rtpengine carries the audio: consult, confer, pick up, park. A whole office with a real rtpengine; its signalling is
 * played, and citizen and operators are RTP peers who know each other by their tones.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { anna, bruno, OfficeScene, officeSettings } from "../../../../testing/office-scene.ts";
import {
  CITIZEN_HZ,
  COLLEAGUE_HZ,
  hearEachOther,
  hearsMusic,
  OPERATOR_HZ,
} from "../../../../testing/media-peers/media-scene.ts";
import { RtpPeer } from "../../../../testing/media-peers/rtp-peer.ts";
import { hasRtpengine, startRtpengine } from "../../../../testing/media-peers/rtpengine-process.ts";
import { RecordingLog } from "../../../../testing/recording-log.ts";
import { createCallMedia } from "../call-media.ts";
import { PromptFiles } from "../prompt-files.ts";
import { openRtpengineMediaServer } from "./rtpengine-media-server.ts";
import type { RtpengineProcess } from "../../../../testing/media-peers/rtpengine-process.ts";
import { withText } from "../text/text-media-server.ts";
import type { MediaServer } from "../../../application/media-port.ts";
import type { LegId, OperatorId, TransferId } from "../../../domain/call/ids.ts";

const transferId = "01KAQZ000000000000000000X1" as TransferId;
let rtpengine: RtpengineProcess;
let server: MediaServer;
let scene: OfficeScene;
let citizen: RtpPeer;
let operator: RtpPeer;
let colleague: RtpPeer;
let callerLeg: LegId;

beforeAll(async () => {
  if (!hasRtpengine()) throw new Error("rtpengine is not installed (Debian package rtpengine-daemon)");
  rtpengine = await startRtpengine();
  const { ngHost, ngPort } = rtpengine;
  server = withText(await openRtpengineMediaServer({ ngHost, ngPort, log: new RecordingLog() }), {
    ports: null,
    log: new RecordingLog(),
  });
});
afterAll(async () => {
  await server?.close();
  await rtpengine?.close();
});

/** A citizen waits with music, and Anna's phone rings. */
beforeEach(async () => {
  scene = await OfficeScene.open({ ...officeSettings(), media: createCallMedia(server, new PromptFiles()) });
  [citizen, operator, colleague] = [await RtpPeer.open(), await RtpPeer.open(), await RtpPeer.open()];
  atDesk(anna);
  callerLeg = await scene.call({ sdp: citizen.offer() });
  citizen.accept(await found(() => answerOf(callerLeg)));
  citizen.speak(CITIZEN_HZ);
});
afterEach(async () => {
  scene.sip.hear({ type: "leg-ended", legId: callerLeg, how: "bye" });
  await found(() => (server.activeLegs() === 0 ? "free" : null));
  expect(scene.box.health()).toMatchObject({ callsInProgress: 0, callsWithLeftovers: 0 });
  await scene.box.close();
  await Promise.all([citizen, operator, colleague].map((peer) => peer.close()));
});

function atDesk(operatorId: OperatorId): void {
  scene.box.desk.pageJoined(operatorId, `page-${operatorId}`);
  scene.register(operatorId, "phone");
}

/** What the box answered to a leg's offer. */
function answerOf(legId: LegId): string | null {
  const start = `answer-leg ${legId} `;
  return scene.sip.done.find((one) => one.startsWith(start))?.slice(start.length) ?? null;
}

async function found<T>(look: () => T | null): Promise<T> {
  const endMs = Date.now() + 5000;
  for (;;) {
    const what = look();
    if (what !== null) return what;
    if (Date.now() > endMs) throw new Error(`not found: ${look.toString()}; done was ${scene.sip.done.join(" | ")}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The operator's phone is rung, and answers. */
async function answers(operatorId: OperatorId, peer: RtpPeer, hz: number): Promise<LegId> {
  const order = await found(() => scene.sip.placed.findLast(({ to }) => to.uri.includes(operatorId)) ?? null);
  scene.sip.hear({ type: "leg-answered", legId: order.legId, sdp: peer.answer(order.sdp) });
  peer.speak(hz);
  return order.legId;
}

async function annaTalks(): Promise<LegId> {
  const legId = await answers(anna, operator, OPERATOR_HZ);
  await hearEachOther(citizen, operator);
  return legId;
}

test("a colleague is consulted, all three speak together, and the citizen stays with the colleague", async () => {
  const annasLeg = await annaTalks();
  atDesk(bruno);
  const callId = scene.lastCallId();
  const target = { kind: "operator", operatorId: bruno } as const;
  const order = { transferId, mode: "attended", target, ticketId: null, reason: "competence", message: "" } as const;
  expect(await scene.box.commands.requestTransfer(callId, anna, order)).toEqual({ ok: true });
  await answers(bruno, colleague, COLLEAGUE_HZ);
  await Promise.all([operator.ear.hearsTone(COLLEAGUE_HZ), colleague.ear.hearsTone(OPERATOR_HZ), hearsMusic(citizen)]);
  expect(await scene.box.commands.turnTo(callId, anna, { transferId, talkingTo: "everybody" })).toEqual({ ok: true });
  for (const hz of [OPERATOR_HZ, COLLEAGUE_HZ]) await citizen.ear.hearsTone(hz);
  for (const hz of [CITIZEN_HZ, COLLEAGUE_HZ]) await operator.ear.hearsTone(hz);
  for (const hz of [CITIZEN_HZ, OPERATOR_HZ]) await colleague.ear.hearsTone(hz);
  scene.sip.hear({ type: "leg-ended", legId: annasLeg, how: "bye" });
  await citizen.ear.losesTone(OPERATOR_HZ);
  await hearEachOtherWithColleague();
});

test("the call that rings at a colleague's is picked up", async () => {
  await hearsMusic(citizen);
  atDesk(bruno);
  expect(await scene.box.commands.pickUp(bruno, anna)).toMatchObject({ ok: true });
  await answers(bruno, colleague, COLLEAGUE_HZ);
  await hearEachOtherWithColleague();
});

test("a parked citizen hears music and is taken up at another desk", async () => {
  await annaTalks();
  const callId = scene.lastCallId();
  expect(await scene.box.commands.park(callId, anna)).toEqual({ ok: true });
  await hearsMusic(citizen);
  atDesk(bruno);
  expect(await scene.box.commands.retrieve(bruno, callId)).toMatchObject({ ok: true });
  await answers(bruno, colleague, COLLEAGUE_HZ);
  await hearEachOtherWithColleague();
});

async function hearEachOtherWithColleague(): Promise<void> {
  await Promise.all([citizen.ear.hearsTone(COLLEAGUE_HZ), colleague.ear.hearsTone(CITIZEN_HZ)]);
}
