/** The media server lost the call: who is told of the new place, and what is said anew. */
import { expect, test } from "vitest";
import {
  anna,
  annaAssigned,
  arrival,
  consultation,
  effectNames,
  leg,
  placement,
  play,
  toTalking,
  transferId,
} from "../../../testing/call-builders.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const moved: UntimedEvent = { type: "media-moved" };
const hold: UntimedEvent = { type: "hold-requested", operatorId: anna };
const brunoAnswers: UntimedEvent = { type: "leg-answered", legId: leg("bruno-x") };
const together: UntimedEvent = { type: "consultation-turned", operatorId: anna, transferId, talkingTo: "everybody" };
const citizenRings: readonly UntimedEvent[] = [
  { type: "leg-answered", legId: leg("anna-1") },
  { type: "leg-early-media", legId: leg("via-tim") },
];

test.each<[string, readonly UntimedEvent[], string[]]>([
  ["waiting", [], ["renew-media caller", "start-music caller"]],
  ["ringing: the phone that rings is left as it is", [annaAssigned], ["renew-media caller", "start-music caller"]],
  ["talking", toTalking, ["renew-media caller", "renew-media anna-1", "connect-media caller+anna-1"]],
  ["held", [...toTalking, hold], ["renew-media caller", "renew-media anna-1", "start-music caller"]],
  [
    "in a conference",
    [...toTalking, consultation(), brunoAnswers, together],
    ["renew-media caller", "renew-media anna-1", "renew-media bruno-x", "connect-media caller+anna-1+bruno-x"],
  ],
])("%s", (_name, before, expected) => {
  const earlier = play(arrival(), before);
  const step = play(arrival(), [...before, moved]);
  expect(effectNames(step.effects)).toEqual(expected);
  expect(step.call).toEqual(earlier.call);
});

test("a citizen who is being called has no leg yet that could be told", () => {
  expect(effectNames(play(placement(), [...citizenRings, moved]).effects)).toEqual(["renew-media anna-1"]);
});

test("of a call that is over nothing is left to tell", () => {
  const over: UntimedEvent = { type: "leg-ended", legId: arrival().legId, how: "bye" };
  const ended = [...toTalking, over, { type: "leg-ended", legId: leg("anna-1"), how: "closed" } as const];
  expect(play(arrival(), [...ended, moved]).effects).toEqual([]);
});
