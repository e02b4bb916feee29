import { describe, expect, test } from "vitest";
import {
  anna,
  annaAnswers,
  annaAssigned,
  arrival,
  brunoAssigned,
  bruno,
  callerLegId,
  device,
  effectNames,
  leg,
  memberArrival,
  openLegsOf,
  play,
  startMs,
  toTalking,
  queue,
} from "../../../testing/call-builders.ts";
import { beginCall } from "./apply-call-event.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { CallArrival } from "./call-event.ts";

type Row = {
  name: string;
  from?: CallArrival;
  before: readonly UntimedEvent[];
  event: UntimedEvent;
  after: string;
  effects: string[];
};

const ringing = [annaAssigned];
const callerHangsUp: UntimedEvent = { type: "leg-ended", legId: callerLegId, how: "bye" };
const ring = (sinceS: number): UntimedEvent => ({
  type: "timer-fired",
  timer: "ring",
  deadlineMs: startMs + sinceS * 1000 + queue.ringTimeoutMs,
});

const rows: Row[] = [
  {
    name: "an assigned operator is rung with the ring timer running",
    before: [],
    event: annaAssigned,
    after: "ringing",
    effects: [
      "place-leg anna-1",
      "publish call-ringing",
      "stop-timer max-wait",
      "start-timer ring",
      "engage-operator anna ringing",
      "leave-queue",
    ],
  },
  {
    name: "an answer joins operator and citizen and stops the music",
    before: ringing,
    event: annaAnswers,
    after: "talking",
    effects: [
      "stop-music caller",
      "accept-answer anna-1",
      "publish call-ring-ended",
      "publish call-answered",
      "connect-media caller+anna-1",
      "stop-timer ring",
      "engage-operator anna on-call",
    ],
  },
  {
    name: "an operator who declines is left out and the caller goes back into the line",
    before: ringing,
    event: { type: "leg-failed", legId: leg("anna-1"), status: 603, q850: null },
    after: "queued",
    effects: [
      "publish call-ring-ended",
      "release-media anna-1",
      "stop-timer ring",
      "start-timer max-wait",
      "start-timer retry",
      "release-operator anna not-answered",
      "join-queue new",
    ],
  },
  {
    name: "an operator who does not answer in time is cancelled",
    before: ringing,
    event: ring(1),
    after: "queued",
    effects: [
      "end-leg anna-1 no-answer",
      "publish call-ring-ended",
      "release-media anna-1",
      "stop-timer ring",
      "start-timer max-wait",
      "start-timer retry",
      "release-operator anna not-answered",
      "join-queue new",
    ],
  },
  {
    name: "a device whose page closed while ringing is cancelled and the next operator is looked for",
    before: ringing,
    event: { type: "device-gone", legId: leg("anna-1") },
    after: "queued",
    effects: [
      "end-leg anna-1 failure",
      "publish call-ring-ended",
      "release-media anna-1",
      "stop-timer ring",
      "start-timer max-wait",
      "start-timer retry",
      "release-operator anna not-answered",
      "join-queue new",
    ],
  },
  {
    name: "a caller who gives up while an operator rings takes the ringing down",
    before: ringing,
    event: callerHangsUp,
    after: "ended",
    effects: [
      "stop-music caller",
      "end-leg anna-1 caller-gone",
      "publish call-ring-ended",
      "publish call-ended",
      "release-media caller",
      "release-media anna-1",
      "stop-timer ring",
      "release-operator anna ring-withdrawn",
    ],
  },
  {
    name: "a caller who waited too long is let go",
    before: [],
    event: { type: "timer-fired", timer: "max-wait", deadlineMs: startMs + queue.maxWaitMs },
    after: "ended",
    effects: [
      "stop-music caller",
      "end-leg caller no-operator",
      "publish call-ended",
      "release-media caller",
      "stop-timer max-wait",
      "leave-queue",
    ],
  },
  {
    name: "operator hangs up: the citizen's leg ends too",
    before: toTalking,
    event: { type: "leg-ended", legId: leg("anna-1"), how: "bye" },
    after: "ended",
    effects: [
      "disconnect-media caller+anna-1",
      "end-leg caller hung-up",
      "publish call-ended",
      "release-media caller",
      "release-media anna-1",
      "release-operator anna talked",
    ],
  },
  {
    name: "an operator's lost connection puts the citizen at the head of the line",
    before: toTalking,
    event: { type: "leg-ended", legId: leg("anna-1"), how: "lost" },
    after: "queued",
    effects: [
      "disconnect-media caller+anna-1",
      "publish call-queued",
      "start-music caller",
      "release-media anna-1",
      "start-timer max-wait",
      "start-timer retry",
      "release-operator anna talked",
      "join-queue returned",
    ],
  },
  {
    name: "hold gives the citizen music",
    before: toTalking,
    event: { type: "hold-requested", operatorId: anna },
    after: "held",
    effects: ["disconnect-media caller+anna-1", "publish call-held", "start-music caller"],
  },
  {
    name: "a phone's own hold is answered and gives the citizen music",
    before: toTalking,
    event: { type: "leg-reinvited", legId: leg("anna-1"), direction: "sendonly" },
    after: "held",
    effects: ["disconnect-media caller+anna-1", "answer-reinvite anna-1", "publish call-held", "start-music caller"],
  },
  {
    name: "resume takes the music away",
    before: [...toTalking, { type: "hold-requested", operatorId: anna }],
    event: { type: "resume-requested", operatorId: anna },
    after: "talking",
    effects: ["stop-music caller", "publish call-resumed", "connect-media caller+anna-1"],
  },
  {
    name: "a caller who holds keeps the media as it is",
    before: toTalking,
    event: { type: "leg-reinvited", legId: callerLegId, direction: "sendonly" },
    after: "held",
    effects: ["answer-reinvite caller", "publish call-held"],
  },
  {
    name: "a stranger to the call cannot hold it",
    before: toTalking,
    event: { type: "hold-requested", operatorId: bruno },
    after: "talking",
    effects: [],
  },
  {
    name: "a restart of the box ends the call",
    before: toTalking,
    event: { type: "box-restarted" },
    after: "ended",
    effects: [
      "disconnect-media caller+anna-1",
      "publish call-ended",
      "release-media caller",
      "release-media anna-1",
      "release-operator anna talked",
    ],
  },
];

describe("applyCallEvent", () => {
  test("a carrier's call is answered into the queue with music", () => {
    const step = beginCall(arrival());
    expect(step.call.phase.kind).toBe("queued");
    expect(effectNames(step.effects)).toEqual([
      "publish call-offered",
      "answer-leg caller",
      "publish call-queued",
      "start-music caller",
      "start-timer max-wait",
      "join-queue new",
    ]);
  });

  test("another office's call is not answered into the queue", () => {
    expect(effectNames(beginCall(memberArrival()).effects)).toEqual([
      "publish call-offered",
      "publish call-queued",
      "join-queue new",
    ]);
  });

  test.each(rows)("$name", (row) => {
    const step = play(row.from ?? arrival(), [...row.before, row.event]);
    expect(step.call.phase.kind).toBe(row.after);
    expect(effectNames(step.effects)).toEqual(row.effects);
  });
});

describe("several devices", () => {
  const twoDevices: UntimedEvent = {
    type: "operator-assigned",
    operatorId: anna,
    legs: [
      { legId: leg("page"), device: device("page", "webrtc") },
      { legId: leg("desk"), device: device("desk") },
    ],
  };
  test("the first answer wins and the others are told that the call was answered elsewhere", () => {
    const step = play(arrival(), [twoDevices, { type: "leg-answered", legId: leg("desk") }]);
    expect(effectNames(step.effects)).toContain("end-leg page answered-elsewhere");
    expect(openLegsOf(step.call)).toEqual(["caller answered", "page closing", "desk answered"]);
  });
  test("one busy phone does not stop the other from ringing", () => {
    const step = play(arrival(), [twoDevices, { type: "leg-failed", legId: leg("desk"), status: 486, q850: null }]);
    expect(step.call.phase.kind).toBe("ringing");
  });
  test("a refusal on one device counts for all", () => {
    const step = play(arrival(), [twoDevices, { type: "leg-failed", legId: leg("desk"), status: 603, q850: null }]);
    expect(step.call.phase.kind).toBe("queued");
    expect(effectNames(step.effects)).toContain("end-leg page declined");
  });
});

describe("the next operator", () => {
  const declined: UntimedEvent = { type: "leg-failed", legId: leg("anna-1"), status: 603, q850: null };
  test("who did not take the call is not asked again until the pause is over", () => {
    const queued = play(arrival(), [annaAssigned, declined]);
    expect(queued.effects.at(-1)).toMatchObject({ type: "join-queue", except: [anna] });
    const retried = play(arrival(), [
      annaAssigned,
      declined,
      { type: "timer-fired", timer: "retry", deadlineMs: startMs + 2000 + 5000 },
    ]);
    expect(retried.effects.at(-1)).toMatchObject({ type: "join-queue", except: [] });
  });
  test("rings after a refusal with the caller's place in the line kept", () => {
    const step = play(arrival(), [annaAssigned, declined, brunoAssigned]);
    expect(step.call.phase).toMatchObject({ kind: "ringing", operatorIds: [bruno], wait: { sinceMs: startMs } });
  });
});
