/** Park and retrieve: the citizen always hears somebody or music, and is never forgotten. */
import { expect, test } from "vitest";
import {
  anna,
  arrival,
  bruno,
  callerLegId,
  device,
  effectNames,
  leg,
  play,
  startMs,
  toTalking,
} from "../../../testing/call-builders.ts";
import { mayPark } from "./command-guards.ts";
import { longestParkedMs } from "./parking.ts";
import { conversationOf } from "./conversation.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const park: UntimedEvent = { type: "call-parked", operatorId: anna };
const retrieved = (name: "anna" | "bruno"): UntimedEvent => ({
  type: "call-retrieved",
  operatorId: name === "anna" ? anna : bruno,
  legs: [{ legId: leg(`${name}-2`), device: device(name) }],
});
const parked = [...toTalking, park];

test("the operator is free, the citizen hears music, and the time begins", () => {
  const step = play(arrival(), parked);
  expect(step.call.phase).toMatchObject({ kind: "parked", parkedBy: anna });
  expect(effectNames(step.effects)).toEqual([
    "disconnect-media caller+anna-1",
    "end-leg anna-1 transferred",
    "publish call-parked",
    "start-music caller",
    "release-media anna-1",
    "start-timer park",
    "release-operator anna talked",
  ]);
});

test.each(["anna", "bruno"] as const)("%s takes it up again at any desk", (name) => {
  const step = play(arrival(), [...parked, retrieved(name), { type: "leg-answered", legId: leg(`${name}-2`) }]);
  expect(step.call.phase).toMatchObject({ kind: "talking", operatorId: name });
  expect(conversationOf(step.call)).toEqual([callerLegId, `${name}-2`]);
});

test("nobody takes it up in time: the citizen is at the head of the line", () => {
  const late: UntimedEvent = { type: "timer-fired", timer: "park", deadlineMs: startMs + 3000 + longestParkedMs };
  const step = play(arrival(), [...parked, late]);
  expect(step.call.phase).toMatchObject({ kind: "queued", wait: { priority: "returned" } });
  expect(effectNames(step.effects)).toEqual([
    "publish call-queued",
    "stop-timer park",
    "start-timer max-wait",
    "join-queue returned",
  ]);
  expect(play(arrival(), [...parked, late, retrieved("bruno")]).effects).toEqual([]);
});

test("of two who retrieve at once one gets it", () => {
  const step = play(arrival(), [...parked, retrieved("bruno"), retrieved("anna")]);
  expect(step.call.phase).toMatchObject({ kind: "ringing", operatorIds: [bruno] });
  expect(step.effects).toEqual([]);
});

test("the citizen who hangs up ends it, and a retrieval that crosses changes nothing", () => {
  const hangsUp: UntimedEvent = { type: "leg-ended", legId: callerLegId, how: "bye" };
  const step = play(arrival(), [...parked, hangsUp]);
  expect(step.call.phase).toMatchObject({ kind: "ended", cause: "caller-hung-up" });
  expect(play(arrival(), [...parked, hangsUp, retrieved("bruno")]).effects).toEqual([]);
});

test("a call without a line to go back to is not parked", () => {
  const step = play(arrival({ queue: null }), parked);
  expect(step.call.phase.kind).toBe("talking");
  expect(mayPark(step.call, anna)).toEqual({ kind: "refused", reason: "wrong-state" });
  expect(mayPark(play(arrival(), toTalking).call, anna)).toEqual({ kind: "go" });
  expect(mayPark(play(arrival(), parked).call, anna)).toEqual({ kind: "done" });
});
