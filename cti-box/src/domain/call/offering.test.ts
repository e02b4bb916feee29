/** Peak sharing, call by call: the caller keeps his place, whoever is first gets him, and nobody sends him round. */
import { describe, expect, test } from "vitest";
import {
  annaAnswers,
  annaAssigned,
  arrival,
  callerLegId,
  effectNames,
  leg,
  memberArrival,
  play,
  queue,
  startMs,
  toTalking,
} from "../../../testing/call-builders.ts";
import { mayBeOffered } from "./offering.ts";
import { recordOf } from "./record-of.ts";
import { timersOf } from "./settle.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { TransferId } from "./ids.ts";

function offered(name = "one", officeId = "c_b200"): UntimedEvent {
  return {
    type: "overflow-offered",
    transferId: `x-${name}` as TransferId,
    officeId,
    legId: leg(`office-${name}`),
    route: { uri: "sip:urp@c-b200.net.example", nextHop: null },
    topic: "casa",
    answerMs: 15_000,
  };
}
const rings: UntimedEvent = { type: "leg-progressed", legId: leg("office-one") };
const answers: UntimedEvent = { type: "leg-answered", legId: leg("office-one") };
const refuses = (status: number, q850: number | null = null): UntimedEvent => ({
  type: "leg-failed",
  legId: leg("office-one"),
  status,
  q850,
});
const tooLate: UntimedEvent = { type: "timer-fired", timer: "overflow", deadlineMs: startMs + 1000 + 15_000 };

describe("the offer", () => {
  test("goes out beside the line: nothing changes for the caller", () => {
    const step = play(arrival(), [offered()]);
    expect(effectNames(step.effects)).toEqual([
      "publish call-overflow-offered",
      "place-leg office-one",
      "stop-timer max-wait",
      "start-timer overflow",
    ]);
    const placed = step.effects.find((effect) => effect.type === "place-leg");
    expect(placed).toMatchObject({
      to: {
        kind: "office",
        officeId: "c_b200",
        handover: { mode: "overflow", reason: "overflow", topic: "casa", ticketId: null },
      },
      caller: { kind: "person", caller: { number: "+393331234567" } },
    });
  });

  test("answered, the citizen talks there, the line is left, and the record says who took him", () => {
    const step = play(arrival(), [offered(), rings, answers]);
    expect(effectNames(step.effects)).toEqual([
      "stop-music caller",
      "accept-answer office-one",
      "publish call-overflowed",
      "connect-media caller+office-one",
      "stop-timer overflow",
      "leave-queue",
    ]);
    expect(recordOf(step.call)).toMatchObject({
      transfers: [
        {
          target: { kind: "office", officeId: "c_b200" },
          requestedBy: null,
          reason: "overflow",
          outcome: "transferred",
          tariff: "on-net",
        },
      ],
      ticketId: null,
    });
  });

  test("the other office hangs up: the call is over", () => {
    const step = play(arrival(), [offered(), answers, { type: "leg-ended", legId: leg("office-one"), how: "bye" }]);
    expect(step.call.phase).toMatchObject({ kind: "ended", cause: "connected-party-hung-up" });
  });

  test.each<[string, UntimedEvent[], object, string]>([
    [
      "full: asked no more, but others may be",
      [offered(), refuses(486)],
      { cause: "busy", sipStatus: 486 },
      "declined",
    ],
    ["nobody free there", [offered(), refuses(480, 34)], { sipStatus: 480 }, "declined"],
    [
      "rung out there: offered to nobody any more",
      [offered(), rings, tooLate],
      { cause: "no-answer", sipStatus: null },
      "came-back",
    ],
    ["no answer at all in time", [offered(), tooLate], { cause: "no-answer" }, "declined"],
  ])("%s", (...[, events, failure, outcome]) => {
    const step = play(arrival(), events);
    expect(step.call.phase).toEqual({
      kind: "queued",
      wait: { sinceMs: startMs, priority: "new" },
      enteredAtMs: startMs,
    });
    const published = step.effects.flatMap((effect) => (effect.type === "publish" ? [effect.happening] : []));
    expect(published).toEqual([expect.objectContaining({ type: "call-overflow-failed", ...failure })]);
    expect(step.call.triedOffices).toEqual([{ officeId: "c_b200", outcome }]);
    expect(mayBeOffered(step.call)).toBe(outcome === "declined");
    expect(effectNames(step.effects)).not.toContain("leave-queue");
  });

  test("an operator here is free first: the other office's phones stop, and hers ring", () => {
    const step = play(arrival(), [offered(), rings, annaAssigned]);
    expect(effectNames(step.effects)).toEqual([
      "end-leg office-one cancelled",
      "publish call-overflow-failed",
      "place-leg anna-1",
      "publish call-ringing",
      "release-media office-one",
      "stop-timer overflow",
      "start-timer ring",
      "engage-operator anna ringing",
      "leave-queue",
    ]);
    expect(mayBeOffered(play(arrival(), [offered(), rings, annaAssigned]).call)).toBe(false);
  });

  test("both answer at once: the citizen stays here, the other answer is hung up", () => {
    const step = play(arrival(), [offered(), annaAssigned, annaAnswers, answers]);
    expect(step.call.phase.kind).toBe("talking");
    expect(effectNames(step.effects)).toEqual(["end-leg office-one hung-up"]);
  });

  test("the citizen hangs up: the other office's phones stop", () => {
    const step = play(arrival(), [offered(), rings, { type: "leg-ended", legId: callerLegId, how: "bye" }]);
    expect(effectNames(step.effects)).toContain("end-leg office-one caller-gone");
    expect(step.call.phase).toMatchObject({ kind: "ended", cause: "caller-gave-up" });
    expect(recordOf(step.call).transfers[0]).toMatchObject({ outcome: "failed", failure: "caller-hung-up" });
  });

  test("another queue was chosen: the offer is over", () => {
    const step = play(arrival(), [offered(), { type: "queue-chosen", queue: { ...queue, queueId: "english" } }]);
    expect(effectNames(step.effects)).toContain("end-leg office-one cancelled");
  });

  test("the time in the queue runs out during an offer: looked at after it", () => {
    const short = arrival({ queue: { ...queue, maxWaitMs: 5_000 } });
    const asked = play(short, [offered()]);
    expect([...timersOf(asked.call).keys()]).toEqual(["overflow"]);
    const back = play(short, [offered(), refuses(486)]);
    expect(timersOf(back.call).get("max-wait")).toBe(startMs + 5_000);
  });
});

describe("never offered", () => {
  test.each([
    ["a call of another office", memberArrival(), []],
    ["who talks", arrival(), [...toTalking]],
    ["who is offered already", arrival(), [offered()]],
  ])("%s", (_what, from, before) => {
    const { call } = play(from, before);
    expect(mayBeOffered(call)).toBe(false);
    expect(play(from, [...before, offered("two", "c_c300")]).call).toEqual(
      expect.objectContaining({ legs: call.legs }),
    );
  });

  test("a citizen of another office who was lost by our operator", () => {
    const origin = {
      officeId: "c_b200",
      officeLabel: null,
      operatorId: null,
      transferId: null,
      reason: "overflow",
      waitedSeconds: 60,
      isOverflow: true,
    } as const;
    const lost: UntimedEvent = { type: "leg-ended", legId: leg("anna-1"), how: "lost" };
    const { call } = play({ ...memberArrival(), origin }, [...toTalking, lost]);
    expect(call.phase.kind).toBe("queued");
    expect(mayBeOffered(call)).toBe(false);
  });
});

test("the overflow queue that is closed is passed over; behind it nobody is free", () => {
  const closed = { timeZone: "Europe/Rome", weekly: {}, holidays: "none", patronDay: null, closures: [] } as const;
  const open = { ...queue, queueId: "open" };
  const shut = { ...queue, queueId: "shut", hours: closed };
  const waited: UntimedEvent = { type: "timer-fired", timer: "max-wait", deadlineMs: startMs + queue.maxWaitMs };
  expect(
    play(arrival({ queue: { ...queue, overflow: { ...shut, overflow: open } } }), [waited]).call.queue?.queueId,
  ).toBe("open");
  expect(play(arrival({ queue: { ...queue, overflow: shut } }), [waited]).call.phase).toMatchObject({
    cause: "no-operator",
  });
});
