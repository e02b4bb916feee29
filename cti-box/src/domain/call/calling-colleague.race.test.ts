/** What crosses on the wire in a call that an operator makes to a colleague. */
import { describe, expect, test } from "vitest";
import {
  anna,
  bruno,
  brunoAssigned,
  colleagueCall,
  device,
  effectNames,
  leg,
  play,
} from "../../../testing/call-builders.ts";
import { engagementsOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const twoPhones = ["anna-1", "anna-2"].map((name) => ({ legId: leg(name), device: device(name) }));
const answers = (name: string): UntimedEvent => ({ type: "leg-answered", legId: leg(name) });
const hangsUp = (name: string): UntimedEvent => ({ type: "leg-ended", legId: leg(name), how: "bye" });
const closed = (name: string): UntimedEvent => ({ type: "leg-ended", legId: leg(name), how: "closed" });
const toRinging = [answers("anna-1"), brunoAssigned] as const;
const run = (...events: UntimedEvent[]) => {
  const played = play(colleagueCall({ legs: twoPhones }), events);
  return { ...played, names: effectNames(played.effects), everything: effectNames(played.all) };
};

describe("both own phones answer", () => {
  test("the first one calls; the second is hung up and its BYE changes nothing", () => {
    const crossed = run(answers("anna-1"), answers("anna-2"));
    expect(crossed.names).toEqual(["end-leg anna-2 hung-up"]);
    const { call } = run(answers("anna-1"), answers("anna-2"), closed("anna-2"), brunoAssigned, answers("bruno-1"));
    expect(call.phase).toMatchObject({ kind: "talking", legId: "bruno-1" });
    expect(call.legs[0]).toMatchObject({ legId: "anna-1", role: "caller" });
  });

  test("the second one's answer after the first has hung up again is hung up too", () => {
    const { call, names } = run(answers("anna-1"), hangsUp("anna-1"), answers("anna-2"));
    expect(call.phase.kind).toBe("ended");
    expect(names).toEqual(["end-leg anna-2 hung-up"]);
  });

  test("one phone declines while the other answers: the call goes on", () => {
    const declined: UntimedEvent = { type: "leg-failed", legId: leg("anna-2"), status: 603, q850: null };
    expect(run(answers("anna-1"), declined).call.phase.kind).toBe("queued");
  });
});

test("the colleague answers at the moment at which the other hangs up: hung up, and nobody is busy any more", () => {
  const { call, names } = run(...toRinging, hangsUp("anna-1"), answers("bruno-1"));
  expect(call.phase).toMatchObject({ kind: "ended", cause: "caller-gave-up" });
  expect(names).toEqual(["end-leg bruno-1 hung-up"]);
  expect(engagementsOf(call).size).toBe(0);
});

test("the hang-up comes just after the answer: both had talked", () => {
  const { call } = run(...toRinging, answers("bruno-1"), hangsUp("anna-1"));
  expect(call.phase).toMatchObject({ kind: "ended", cause: "caller-hung-up" });
});

test("both hang up: ended once, each leg told once", () => {
  const { everything, call } = run(...toRinging, answers("bruno-1"), hangsUp("bruno-1"), hangsUp("anna-1"));
  expect(everything.filter((name) => name === "publish call-ended")).toHaveLength(1);
  expect(everything.filter((name) => name.startsWith("end-leg anna-1"))).toHaveLength(1);
  expect(everything.filter((name) => name.startsWith("end-leg bruno-1"))).toEqual([]);
  expect(call.legs.find(({ legId }) => legId === "anna-1")?.state.kind).toBe("gone");
});

test("the answer of who is to be rung comes when the caller has hung up: nobody is rung", () => {
  const { call, effects } = run(answers("anna-1"), hangsUp("anna-1"), brunoAssigned);
  expect(call.legs.some(({ peer }) => peer.name === bruno)).toBe(false);
  expect(effects).toEqual([]);
});

test("the own phone answers when its ring time is over: hung up, the colleague is not rung", () => {
  const { call, everything } = run({ type: "timer-fired", timer: "ring", deadlineMs: 1_030_000 }, answers("anna-1"));
  expect(call.phase).toMatchObject({ kind: "ended", cause: "no-operator" });
  expect(everything.some((name) => name.startsWith("seek-forward"))).toBe(false);
  expect(call.departed).toEqual([{ operatorId: anna, why: "no-answer" }]);
});
