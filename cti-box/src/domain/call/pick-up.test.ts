/** Taking a colleague's ringing call, also while the colleague answers. */
import { expect, test } from "vitest";
import {
  anna,
  annaAnswers,
  annaAssigned,
  arrival,
  bruno,
  brunoAssigned,
  callerLegId,
  device,
  effectNames,
  leg,
  play,
  toTalking,
} from "../../../testing/call-builders.ts";
import { cardOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const pickedUp: UntimedEvent = {
  type: "call-picked-up",
  operatorId: bruno,
  legs: [{ legId: leg("bruno-1"), device: device("bruno") }],
};
const ringing = [annaAssigned, pickedUp];

test("the colleague's phones stop as answered elsewhere and the other operator's ring, without a step back into the line", () => {
  const step = play(arrival(), ringing);
  expect(step.call.phase).toMatchObject({ kind: "ringing", operatorIds: [bruno] });
  expect(effectNames(step.effects)).toEqual([
    "end-leg anna-1 answered-elsewhere",
    "publish call-ring-ended",
    "place-leg bruno-1",
    "publish call-ringing",
    "release-media anna-1",
    "stop-timer ring",
    "start-timer ring",
    "engage-operator bruno ringing",
    "release-operator anna ring-withdrawn",
  ]);
  expect(cardOf(step.call, anna)?.myState).toEqual({ kind: "gone", why: "answered-elsewhere" });
});

test("the colleague's answer that crosses it is hung up, and the other one talks", () => {
  const crossed = play(arrival(), [...ringing, annaAnswers]);
  expect(effectNames(crossed.effects)).toEqual(["end-leg anna-1 hung-up"]);
  const step = play(arrival(), [...ringing, annaAnswers, { type: "leg-answered", legId: leg("bruno-1") }]);
  expect(step.call.phase).toMatchObject({ kind: "talking", operatorId: bruno });
});

test("one who picks up and does not answer leaves the caller in the line, with nobody forgotten", () => {
  const step = play(arrival(), [...ringing, { type: "leg-failed", legId: leg("bruno-1"), status: 480, q850: null }]);
  expect(step.call.phase.kind).toBe("queued");
  expect(effectNames(step.effects)).toContain("join-queue new");
});

test.each([
  ["nobody rings", []],
  ["the colleague talks already", toTalking],
  ["it rings at the own phone", [brunoAssigned]],
  ["the caller has hung up", [annaAssigned, { type: "leg-ended", legId: callerLegId, how: "bye" }]],
] as const)("changes nothing where %s", (_name, before) => {
  expect(play(arrival(), [...before, pickedUp]).effects).toEqual([]);
});
