/** An operator calls another office: own phone, then an operator there. */
import { describe, expect, test } from "vitest";
import { anna, annaAnswers, effectNames, leg, officeCall, play } from "../../../testing/call-builders.ts";
import { recordOf } from "./record-of.ts";
import { cardOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const office = leg("office-b");
const rings: UntimedEvent = { type: "leg-progressed", legId: office };
const answers: UntimedEvent = { type: "leg-answered", legId: office };
const step = (events: readonly UntimedEvent[]) => {
  const played = play(officeCall(), events);
  return { ...played, names: effectNames(played.effects), card: cardOf(played.call, anna) };
};

test("the office is invited with our office as the caller, not its operator, and nothing is handed over", () => {
  const { effects, call } = step([annaAnswers]);
  expect(effects.find(({ type }) => type === "place-leg")).toMatchObject({
    legId: office,
    caller: { kind: "office", officeId: "c_a100" },
    to: {
      kind: "office",
      officeId: "c_b200",
      handover: { mode: "call", ticketId: null, transferId: null, reason: null },
    },
  });
  expect(call).toMatchObject({ direction: "out", legs: [{ legId: office, role: "caller" }, { legId: "anna-1" }] });
});

test("the tone is heard while it rings there; then the two talk, free of charge", () => {
  expect(step([annaAnswers, rings]).names).toEqual(["play-ringing anna-1"]);
  const talking = step([annaAnswers, rings, answers]);
  expect(talking.names).toContain("connect-media office-b+anna-1");
  expect(talking.card).toMatchObject({ myState: { kind: "talking" }, called: { kind: "office", label: "Comune B" } });
  const { call } = step([annaAnswers, answers, { type: "leg-ended", legId: office, how: "bye" }]);
  expect(recordOf(call).legs.map(({ peer, tariff }) => [peer.kind, tariff])).toEqual([
    ["member", "on-net"],
    ["operator", "on-net"],
  ]);
});

describe("the office does not take the call", () => {
  test.each([
    [480, [], "callee-no-answer"],
    [486, [], "callee-busy"],
    [404, [], "callee-unknown"],
    [503, [], "no-trunk"],
    [482, [], "no-trunk"],
    [480, [rings], "callee-no-answer"],
    [603, [rings], "callee-refused"],
    // Its box was started again.
    [503, [rings], "callee-not-reachable"],
  ] as const)("%i after %j: %s", (status, before, why) => {
    const { call, card } = step([annaAnswers, ...before, { type: "leg-failed", legId: office, status, q850: null }]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: why });
    expect(card?.myState).toEqual({ kind: "gone", why });
  });

  test("who called hangs up while it rings: the office is told", () => {
    const { call, names } = step([annaAnswers, rings, { type: "leg-ended", legId: leg("anna-1"), how: "bye" }]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: "operator-hung-up" });
    expect(names).toContain("end-leg office-b cancelled");
  });
});
