/** A queue that rings all of its operators at once: the first answer wins, and nobody else has a missed call. */
import { describe, expect, test } from "vitest";
import {
  anna,
  arrival,
  bruno,
  callerLegId,
  device,
  effectNames,
  leg,
  memberArrival,
  openLegsOf,
  play,
  queue,
  startMs,
} from "../../../testing/call-builders.ts";
import { recordOf } from "./record-of.ts";
import { cardOf, engagementsOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { OperatorId } from "./ids.ts";

const carla = "carla" as OperatorId;
const allRing: UntimedEvent = {
  type: "operator-assigned",
  operatorId: anna,
  legs: [
    { legId: leg("anna-1"), device: device("anna") },
    { legId: leg("anna-2"), device: device("anna-desk") },
  ],
  others: [{ operatorId: bruno, legs: [{ legId: leg("bruno-1"), device: device("bruno") }] }],
};
const answers = (legId: string): UntimedEvent => ({ type: "leg-answered", legId: leg(legId) });
const fails = (legId: string, status: number): UntimedEvent => ({
  type: "leg-failed",
  legId: leg(legId),
  status,
  q850: null,
});
const ringTimeIsOver: UntimedEvent = {
  type: "timer-fired",
  timer: "ring",
  deadlineMs: startMs + 1000 + queue.ringTimeoutMs,
};
const published = (events: readonly UntimedEvent[]): string[] =>
  play(arrival(), events).effects.flatMap((effect) => {
    if (effect.type !== "publish") return [];
    const { happening } = effect;
    const outcome = happening.type === "call-ring-ended" ? ` ${happening.outcome}` : "";
    return ["operatorId" in happening ? `${happening.type} ${happening.operatorId}${outcome}` : happening.type];
  });

test("all are rung, on all their phones, and each sees the call", () => {
  const { call } = play(arrival(), [allRing]);
  expect(openLegsOf(call)).toEqual(["caller answered", "anna-1 trying", "anna-2 trying", "bruno-1 trying"]);
  expect(engagementsOf(call)).toEqual(
    new Map([
      [anna, "ringing"],
      [bruno, "ringing"],
    ]),
  );
  for (const one of [anna, bruno]) expect(cardOf(call, one)?.myState).toEqual({ kind: "ringing" });
  expect(published([allRing])).toEqual(["call-ringing anna", "call-ringing bruno"]);
});

test("the first answer wins; the others stop with 'completed elsewhere', keep their place among the idle, and have no missed call", () => {
  const step = play(arrival(), [allRing, answers("bruno-1")]);
  expect(step.call.phase).toEqual({ kind: "talking", operatorId: bruno, legId: leg("bruno-1") });
  expect(effectNames(step.effects)).toEqual(
    expect.arrayContaining([
      "end-leg anna-1 answered-elsewhere",
      "end-leg anna-2 answered-elsewhere",
      "release-operator anna ring-withdrawn",
    ]),
  );
  expect(published([allRing, answers("bruno-1")])).toEqual([
    "call-ring-ended anna answered-elsewhere",
    "call-ring-ended bruno answered",
    "call-answered bruno",
  ]);
  expect(cardOf(step.call, anna)?.myState).toEqual({ kind: "gone", why: "answered-elsewhere" });
  expect(recordOf(step.call).operatorIds).toEqual([bruno]);
});

test("two answer at once: the second one is hung up", () => {
  const step = play(arrival(), [allRing, answers("bruno-1"), answers("anna-1")]);
  expect(step.call.phase).toMatchObject({ operatorId: bruno });
  expect(effectNames(step.effects)).toEqual(["end-leg anna-1 hung-up"]);
});

describe("who does not take the call", () => {
  test("declines for himself alone: the others ring on", () => {
    const step = play(arrival(), [allRing, fails("anna-1", 603)]);
    expect(step.call.phase).toMatchObject({ kind: "ringing", operatorIds: [bruno] });
    expect(effectNames(step.effects)).toContain("end-leg anna-2 declined");
    expect(effectNames(step.effects)).toContain("release-operator anna not-answered");
    expect(effectNames(step.effects)).not.toContain("stop-timer ring");
  });

  test("one phone of several fails: the operator rings on", () => {
    expect(play(arrival(), [allRing, fails("anna-1", 503)]).call.phase).toMatchObject({ operatorIds: [anna, bruno] });
    expect(play(arrival(), [allRing, fails("anna-1", 503), fails("anna-2", 503)]).call.phase).toMatchObject({
      operatorIds: [bruno],
    });
  });

  test("all of them: back in the line at the old place, and each was tried", () => {
    const step = play(arrival(), [allRing, ringTimeIsOver]);
    expect(step.call.phase).toMatchObject({ kind: "queued", wait: { sinceMs: startMs } });
    expect(step.call.triedOperators).toEqual([anna, bruno].map((operatorId) => ({ operatorId, outcome: "no-answer" })));
  });

  test("all decline a call of another office: it is refused", () => {
    const step = play(memberArrival(), [allRing, fails("anna-1", 603), fails("bruno-1", 603), { type: "no-operator" }]);
    expect(step.call.phase).toMatchObject({ kind: "ended", cause: "refused" });
  });
});

test("the caller gives up: each is told so", () => {
  const end: UntimedEvent = { type: "leg-ended", legId: callerLegId, how: "bye" };
  expect(published([allRing, end])).toEqual([
    "call-ring-ended anna caller-gave-up",
    "call-ring-ended bruno caller-gave-up",
    "call-ended",
  ]);
});

test("a third operator picks the call up: the phones of both stop", () => {
  const pickUp: UntimedEvent = {
    type: "call-picked-up",
    operatorId: carla,
    legs: [{ legId: leg("carla-1"), device: device("carla") }],
  };
  const step = play(arrival(), [allRing, pickUp]);
  expect(step.call.phase).toMatchObject({ kind: "ringing", operatorIds: [carla] });
  expect(effectNames(step.effects)).toContain("end-leg bruno-1 answered-elsewhere");
});
