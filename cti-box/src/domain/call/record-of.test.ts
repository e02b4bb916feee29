import { describe, expect, test } from "vitest";
import {
  anna,
  annaAnswers,
  annaAssigned,
  arrival,
  brunoAssigned,
  callerLegId,
  leg,
  memberArrival,
  officeTransfer,
  play,
  startMs,
  toTalking,
  transferId,
  type UntimedEvent,
} from "../../../testing/call-builders.ts";
import { recordOf } from "./record-of.ts";

const callerHangsUp: UntimedEvent = { type: "leg-ended", legId: callerLegId, how: "bye" };
const byBox = (q850: number, sipStatus: number | null = null) => ({ by: "box", q850, sipStatus });
const byFarEnd = (q850: number, sipStatus: number | null = null) => ({ by: "far-end", q850, sipStatus });

function recordAfter(events: readonly UntimedEvent[], from = arrival()) {
  return recordOf(play(from, events).call);
}

describe("how legs and calls ended", () => {
  test.each<[string, readonly UntimedEvent[], unknown[]]>([
    ["a call in progress has no end", toTalking, [null, null]],
    ["the caller hangs up: the operator's leg is told", [...toTalking, callerHangsUp], [byFarEnd(16), byBox(16)]],
    [
      "the operator hangs up",
      [...toTalking, { type: "leg-ended", legId: leg("anna-1"), how: "bye" }],
      [byBox(16), byFarEnd(16)],
    ],
    [
      "a session that ran out of time",
      [...toTalking, { type: "leg-ended", legId: callerLegId, how: "lost" }],
      [byFarEnd(102), byBox(16)],
    ],
    [
      "an operator who declines: the status says why",
      [annaAssigned, { type: "leg-failed", legId: leg("anna-1"), status: 603, q850: null }],
      [null, byFarEnd(21, 603)],
    ],
    [
      "a far end that gives a Reason goes before its status",
      [annaAssigned, { type: "leg-failed", legId: leg("anna-1"), status: 480, q850: 19 }],
      [null, byFarEnd(19, 480)],
    ],
    [
      "the 487 after our CANCEL is our doing",
      [annaAssigned, callerHangsUp, { type: "leg-failed", legId: leg("anna-1"), status: 487, q850: null }],
      [byFarEnd(16), byBox(16)],
    ],
    ["a killed box", [...toTalking, { type: "box-restarted" }], [byBox(41), byBox(41)]],
  ])("%s", (_, events, ends) => {
    expect(recordAfter(events).legs.map(({ end }) => end)).toEqual(ends);
  });

  test("a caller who was turned away has the answer he was given", () => {
    const record = recordAfter([{ type: "no-operator" }], memberArrival());
    expect(record).toMatchObject({ endCause: "no-operator", end: byBox(19, 480) });
  });

  test("a caller who cancelled has the status of that", () => {
    const record = recordAfter([annaAssigned, { type: "leg-cancelled", legId: callerLegId }], memberArrival());
    expect(record).toMatchObject({ endCause: "caller-gave-up", end: byFarEnd(16, 487) });
  });
});

describe("times and transfers", () => {
  test("the wait counts line and ringing, and goes on when the operator was lost", () => {
    const lost: UntimedEvent = { type: "leg-ended", legId: leg("anna-1"), how: "lost" };
    const brunoAnswers: UntimedEvent = { type: "leg-answered", legId: leg("bruno-1") };
    const record = recordAfter([...toTalking, lost, brunoAssigned, brunoAnswers, callerHangsUp]);
    // Two seconds until anna answered, two more until bruno did.
    expect(record).toMatchObject({ waitedSeconds: 2, queueWaitSeconds: 4 });
  });

  test("nobody waits in a queue without one", () => {
    const record = recordAfter([annaAssigned, annaAnswers], { ...memberArrival(), queue: null });
    expect(record.queueWaitSeconds).toBe(0);
  });

  test("a transfer says who asked for it, why, and when it was settled", () => {
    const record = recordAfter([...toTalking, officeTransfer(), { type: "leg-answered", legId: leg("office-1") }]);
    expect(record.transfers).toEqual([
      {
        transferId,
        target: { kind: "office", officeId: "c_b200" },
        mode: "blind",
        requestedBy: anna,
        reason: "competence",
        requestedAtMs: startMs + 3000,
        settledAtMs: startMs + 4000,
        conferenceAtMs: null,
        outcome: "transferred",
        failure: null,
        tariff: "on-net",
      },
    ]);
  });
});
