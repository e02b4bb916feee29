/** What crosses on the wire: CANCEL against 200, BYE against REFER, both sides at once. */
import { expect, test } from "vitest";
import {
  anna,
  annaAssigned,
  arrival,
  callerLegId,
  effectNames,
  leg,
  memberArrival,
  officeTransfer,
  openLegsOf,
  operatorTransfer,
  play,
  toTalking,
  transferId,
} from "../../../testing/call-builders.ts";
import { isOver } from "./call.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const transferring = [...toTalking, officeTransfer()];
const officeAnswers: UntimedEvent = { type: "leg-answered", legId: leg("office-1") };
const cancelled: UntimedEvent = { type: "transfer-cancelled", operatorId: anna, transferId };
const callerHangsUp: UntimedEvent = { type: "leg-ended", legId: callerLegId, how: "bye" };
const annaHangsUp: UntimedEvent = { type: "leg-ended", legId: leg("anna-1"), how: "bye" };

test("an office that answers while the operator cancels is hung up and the citizen stays with the operator", () => {
  const step = play(arrival(), [...transferring, cancelled, officeAnswers]);
  expect(effectNames(step.effects)).toEqual(["end-leg office-1 hung-up"]);
  expect(step.call.phase).toMatchObject({ kind: "talking", operatorId: anna });
});

test("a cancel that arrives after the answer changes nothing", () => {
  const step = play(arrival(), [...transferring, officeAnswers, cancelled]);
  expect(step.effects).toEqual([]);
  expect(step.call.phase.kind).toBe("transferred");
});

test("an operator who hangs up right after the request does not tear the call down", () => {
  const left = play(arrival(), [...transferring, annaHangsUp]);
  expect(left.call.phase).toMatchObject({ kind: "transferring", operator: { kind: "left" } });
  const joined = play(arrival(), [...transferring, annaHangsUp, officeAnswers]);
  expect(joined.call.phase.kind).toBe("transferred");
  expect(effectNames(joined.effects)).toContain("connect-media caller+office-1");
});

test("a caller who hangs up in the middle of a transfer ends everything", () => {
  const step = play(arrival(), [...transferring, callerHangsUp]);
  expect(step.call.phase).toMatchObject({ kind: "ended", cause: "caller-hung-up" });
  expect(effectNames(step.effects)).toEqual([
    "stop-music caller",
    "end-leg office-1 caller-gone",
    "publish call-transfer-failed",
    "end-leg anna-1 caller-gone",
    "publish call-ended",
    "release-media caller",
    "release-media anna-1",
    "release-media office-1",
    "stop-timer transfer",
    "release-operator anna talked",
  ]);
});

test("an operator who answers while the caller gives up is hung up", () => {
  const step = play(arrival(), [annaAssigned, callerHangsUp, { type: "leg-answered", legId: leg("anna-1") }]);
  expect(step.call.phase).toMatchObject({ kind: "ended", cause: "caller-gave-up" });
  expect(effectNames(step.effects)).toEqual(["end-leg anna-1 hung-up"]);
});

test("two devices answer at once: the second is hung up", () => {
  const both: UntimedEvent = {
    type: "operator-assigned",
    operatorId: anna,
    legs: ["one", "two"].map((name) => ({
      legId: leg(name),
      device: { uri: `sip:${name}@192.0.2.7`, nextHop: null, media: "rtp" },
    })),
  };
  const step = play(arrival(), [
    both,
    { type: "leg-answered", legId: leg("one") },
    { type: "leg-answered", legId: leg("two") },
  ]);
  expect(step.call.phase).toMatchObject({ kind: "talking", legId: "one" });
  expect(effectNames(step.effects)).toEqual(["end-leg two hung-up"]);
});

test("an operator who answers after the ring time is hung up, and the call rings on elsewhere", () => {
  const step = play(arrival(), [
    annaAssigned,
    { type: "timer-fired", timer: "ring", deadlineMs: 1_001_000 + 20_000 },
    { type: "leg-answered", legId: leg("anna-1") },
  ]);
  expect(step.call.phase.kind).toBe("queued");
  expect(effectNames(step.effects)).toEqual(["end-leg anna-1 hung-up"]);
});

test("a timer that fires after its phase is over changes nothing", () => {
  const step = play(arrival(), [...toTalking, { type: "timer-fired", timer: "ring", deadlineMs: 1_001_000 + 20_000 }]);
  expect(step.effects).toEqual([]);
});

test("the far end's last word on a cancelled leg lets the call be over", () => {
  const ended = play(arrival(), [annaAssigned, callerHangsUp]);
  expect(openLegsOf(ended.call)).toEqual(["anna-1 closing"]);
  const over = play(arrival(), [
    annaAssigned,
    callerHangsUp,
    { type: "leg-failed", legId: leg("anna-1"), status: 487, q850: null },
  ]);
  expect(isOver(over.call)).toBe(true);
});

test("another office that cancels while our operator rings is let go without a word to the citizen", () => {
  const step = play(memberArrival(), [annaAssigned, { type: "leg-cancelled", legId: callerLegId }]);
  expect(step.call.phase).toMatchObject({ kind: "ended", cause: "caller-gave-up" });
  expect(effectNames(step.effects)).toContain("end-leg anna-1 caller-gone");
});

test("operator's BYE and colleague's answer cross: the colleague talks", () => {
  const step = play(arrival(), [
    ...toTalking,
    operatorTransfer(),
    annaHangsUp,
    { type: "leg-answered", legId: leg("bruno-x") },
  ]);
  expect(step.call.phase).toMatchObject({ kind: "talking", operatorId: "bruno" });
});
