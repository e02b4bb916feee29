import { describe, expect, test } from "vitest";
import { asked, consulting } from "../../../testing/consultation-scene.ts";
import {
  annaAssigned,
  callerLegId,
  effectNames,
  leg,
  memberArrival,
  officeTransfer,
  play,
  queue,
  startMs,
  toTalking,
  arrival,
} from "../../../testing/call-builders.ts";
import { applyCallEvent } from "./apply-call-event.ts";
import { recordOf } from "./record-of.ts";
import { takeUpCall } from "./taking-up.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { CallArrival } from "./call-event.ts";

const hold: UntimedEvent = { type: "hold-requested", operatorId: "anna" as never };
const annaHangsUp: UntimedEvent = { type: "leg-ended", legId: leg("anna-1"), how: "bye" };
const later = 60_000;

type Row = {
  name: string;
  from?: CallArrival;
  before: readonly UntimedEvent[];
  lost: readonly string[];
  unsettled?: readonly string[];
  after: string;
  effects: string[];
};

const rows: Row[] = [
  {
    name: "two who talk go on talking",
    before: toTalking,
    lost: [],
    after: "talking",
    effects: ["connect-media caller+anna-1", "engage-operator anna on-call"],
  },
  {
    name: "who had just answered is offered its media anew, and joined afterwards",
    before: toTalking,
    lost: [],
    unsettled: ["anna-1"],
    after: "talking",
    effects: ["renew-media anna-1", "connect-media caller+anna-1", "engage-operator anna on-call"],
  },
  {
    name: "without the other office's leg the citizen goes to the head of the own line",
    before: [...toTalking, officeTransfer(), { type: "leg-answered", legId: leg("office-1") }],
    lost: ["office-1"],
    after: "queued",
    effects: [
      "end-leg anna-1 hung-up",
      "publish call-queued",
      "start-music caller",
      "start-timer max-wait",
      "join-queue returned",
      "release-media office-1",
    ],
  },
  {
    name: "a citizen on hold hears music again",
    before: [...toTalking, hold],
    lost: [],
    after: "held",
    effects: ["start-music caller", "engage-operator anna on-call"],
  },
  {
    name: "a waiting citizen is in the line again, and the time that was left goes on",
    before: [],
    lost: [],
    after: "queued",
    effects: ["start-music caller", "start-timer max-wait", "join-queue new"],
  },
  {
    name: "a ring that was cut off is no fault of the operator, who may be rung again at once",
    before: [annaAssigned],
    lost: ["anna-1"],
    after: "queued",
    effects: [
      "publish call-ring-ended",
      "start-music caller",
      "start-timer max-wait",
      "join-queue new",
      "release-media anna-1",
    ],
  },
  {
    name: "a caller who rang unanswered is gone: the operator's phone stops",
    from: memberArrival(),
    before: [annaAssigned],
    lost: ["caller", "anna-1"],
    after: "ended",
    effects: ["publish call-ended", "release-media anna-1"],
  },
  {
    name: "without the operator's leg the citizen goes to the head of the line",
    before: toTalking,
    lost: ["anna-1"],
    after: "queued",
    effects: [
      "publish call-queued",
      "start-music caller",
      "start-timer max-wait",
      "start-timer retry",
      "join-queue returned",
      "release-media anna-1",
    ],
  },
  {
    name: "without the citizen's leg the call is over, and the operator is told",
    before: toTalking,
    lost: ["caller"],
    after: "ended",
    effects: ["end-leg anna-1 failure", "publish call-ended", "release-media caller", "release-media anna-1"],
  },
  {
    name: "a transfer that was ringing comes back to the operator",
    before: [...toTalking, officeTransfer()],
    lost: ["office-1"],
    after: "talking",
    effects: [
      "publish call-transfer-failed",
      "publish call-returned",
      "connect-media caller+anna-1",
      "engage-operator anna on-call",
      "release-media office-1",
    ],
  },
  {
    name: "a consultation goes on",
    before: consulting,
    lost: [],
    after: "consulting",
    effects: [
      "connect-media anna-1+bruno-x",
      "start-music caller",
      "engage-operator bruno on-call",
      "engage-operator anna on-call",
    ],
  },
  {
    name: "a call that was ending ends: the far end is told again",
    before: [...toTalking, annaHangsUp],
    lost: [],
    after: "ended",
    effects: ["end-leg caller hung-up"],
  },
];

function takenUp({ from = arrival(), before, lost, unsettled = [] }: Omit<Row, "name" | "after" | "effects">) {
  const { call } = play(from, before);
  const lostLegs = lost.map((name) => (name === "caller" ? callerLegId : leg(name)));
  const unsettledLegs = unsettled.map(leg);
  const event = { type: "box-restarted", atMs: startMs + later, lostLegs, unsettledLegs } as const;
  return { before: call, event, step: takeUpCall(call, event) };
}

describe("a killed box is back", () => {
  test.each(rows)("$name", ({ after, effects, ...row }) => {
    const { step } = takenUp(row);
    expect(step.call.phase.kind).toBe(after);
    expect(effectNames(step.effects)).toEqual(effects);
  });

  test.each(rows)("$name: the journal tells the same", (row) => {
    const { before, event, step } = takenUp(row);
    expect(applyCallEvent(before, event).call).toEqual(step.call);
  });

  test("the time away counts as talk for those who talked on, and not for a leg that was lost", () => {
    const kept = recordOf(takenUp({ before: toTalking, lost: [] }).step.call);
    const hungUp = applyCallEvent(takenUp({ before: toTalking, lost: [] }).step.call, {
      type: "leg-ended",
      legId: callerLegId,
      how: "bye",
      atMs: startMs + 2 * later,
    });
    expect(kept.endCause).toBeNull();
    expect(recordOf(hungUp.call)).toMatchObject({ endCause: "caller-hung-up" });
    const legs = recordOf(hungUp.call).legs;
    expect(legs.map(({ talkSeconds }) => talkSeconds)).toEqual([118, 118]);
  });

  test("a lost caller is in the record with the cause", () => {
    const { step } = takenUp({ before: [...asked], lost: ["caller", "bruno-x"] });
    expect(recordOf(step.call)).toMatchObject({ endCause: "box-restarted" });
  });
});

test("a citizen who was told that he will be called back is not forgotten by the kill", () => {
  const speaking = {
    ...queue,
    announcements: { language: "it", everyMs: 60_000 },
    callback: { key: "1", outOfHours: false },
  } as const;
  const { call } = play(arrival({ queue: speaking }), [{ type: "callback-requested" }]);
  const { phase } = takeUpCall(call, { type: "box-restarted", atMs: startMs + 9000 }).call;
  expect(phase).toMatchObject({ kind: "ended", cause: "callback-requested" });
});
