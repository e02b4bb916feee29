/** The question after the call: who is asked, what counts as an answer, and that every way out ends the call. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  anna,
  arrival,
  callerLegId,
  effectNames,
  leg,
  memberArrival,
  officeTransfer,
  play,
  queue,
  startMs,
  toTalking,
} from "../../../testing/call-builders.ts";
import { hangsUp, isLost, mediaFails } from "../../../testing/consultation-scene.ts";
import { recordOf } from "./record-of.ts";
import { timersOf } from "./settle.ts";
import { cardOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const surveyed = arrival({ queue: { ...queue, survey: { language: "it" } } });
const asking = [...toTalking, hangsUp("anna-1")];
const rating = (value: 1 | 2 | 3): UntimedEvent => ({ type: "survey-answered", rating: value });
const wrongKey: UntimedEvent = { type: "survey-answered", rating: null };
const said: UntimedEvent = { type: "announcement-ended", legId: callerLegId };
const timeIsUp = (events: readonly UntimedEvent[]): UntimedEvent => {
  const deadlineMs = timersOf(play(surveyed, events).call).get("survey") ?? 0;
  return { type: "timer-fired", timer: "survey", deadlineMs };
};

describe("after the call", () => {
  test("the operator is free at once, and the citizen is asked", () => {
    const step = play(surveyed, asking);
    expect(step.call.phase).toMatchObject({ kind: "surveying", stage: "asking" });
    expect(effectNames(step.effects)).toContain("release-operator anna talked");
    expect(effectNames(step.effects)).toContain("release-media anna-1");
    expect(step.effects).toContainEqual({ type: "announce", legId: callerLegId, prompts: ["survey"], language: "it" });
    expect(cardOf(step.call, anna)?.myState).toEqual({ kind: "gone", why: "ended" });
    expect(recordOf(step.call)).toMatchObject({ survey: { rating: null } });
  });

  test.each([1, 2, 3] as const)(
    "%i is the rating, told once, thanked for, and the call ends as the operator ended it",
    (value) => {
      const step = play(surveyed, [...asking, said, rating(value)]);
      expect(effectNames(step.effects)).toContain("publish call-rated");
      expect(step.effects).toContainEqual(expect.objectContaining({ type: "announce", prompts: ["survey-thanks"] }));
      expect(play(surveyed, [...asking, rating(value), rating(1), rating(3), wrongKey]).effects).toEqual([]);
      const over = play(surveyed, [...asking, rating(value), said]);
      expect(over.call.phase).toMatchObject({ kind: "ended", cause: "operator-hung-up" });
      expect(effectNames(over.effects)).toContain("end-leg caller hung-up");
      expect(recordOf(over.call)).toMatchObject({ survey: { rating: value }, endCause: "operator-hung-up" });
    },
  );

  test("another key: asked once more, and then not again; a rating still counts", () => {
    const again = play(surveyed, [...asking, wrongKey]);
    expect(again.effects).toContainEqual(expect.objectContaining({ type: "announce", prompts: ["survey"] }));
    expect(play(surveyed, [...asking, wrongKey, wrongKey]).effects).toEqual([]);
    expect(recordOf(play(surveyed, [...asking, wrongKey, rating(2)]).call)).toMatchObject({ survey: { rating: 2 } });
  });

  test.each([
    ["no answer in time", asking, timeIsUp(asking)],
    ["no answer after the second question", [...asking, wrongKey], timeIsUp([...asking, wrongKey])],
    ["thanks that are never heard to their end", [...asking, rating(2)], timeIsUp([...asking, rating(2)])],
    ["the citizen hangs up", asking, hangsUp(callerLegId)],
    ["the citizen hangs up during the thanks", [...asking, rating(1)], hangsUp(callerLegId)],
    ["the citizen's connection is lost", asking, isLost(callerLegId)],
  ] as const)("%s: the call ends, and why it ended stays the operator's hanging up", (_name, before, event) => {
    const step = play(surveyed, [...before, event]);
    expect(step.call.phase).toMatchObject({ kind: "ended", cause: "operator-hung-up" });
    expect(timersOf(step.call).size).toBe(0);
    expect(effectNames(step.effects)).toContain("publish call-ended");
  });

  test("in any order of keys, ends and timers there is at most one rating, and the call ends", () => {
    const happening = fc.constantFrom<UntimedEvent>(
      rating(1),
      rating(2),
      rating(3),
      wrongKey,
      said,
      mediaFails("anna-1"),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 8 }), (events) => {
        const happenings = [...asking, ...events];
        const ended = play(surveyed, [...happenings, timeIsUp(happenings)]);
        const ratings = effectNames(ended.all).filter((one) => one === "publish call-rated");
        expect(ended.call.phase.kind).toBe("ended");
        expect(ratings).toHaveLength(
          events.some((event) => event.type === "survey-answered" && event.rating !== null) ? 1 : 0,
        );
      }),
    );
  });
});

describe("is not asked", () => {
  test.each([
    ["where the queue does not ask", arrival(), [...toTalking, hangsUp("anna-1")]],
    ["who comes from another office", { ...memberArrival(), queue: surveyed.queue }, [...toTalking, hangsUp("anna-1")]],
    ["who hangs up first", surveyed, [...toTalking, hangsUp(callerLegId)]],
    [
      "who was transferred to another office",
      surveyed,
      [...toTalking, officeTransfer(), { type: "leg-answered", legId: leg("office-1") } as const, hangsUp("office-1")],
    ],
  ] as const)("%s", (_name, from, events) => {
    const { call } = play(from, events);
    expect(call.phase.kind).toBe("ended");
    expect(recordOf(call).survey).toBeNull();
    expect(call.startedAtMs).toBe(startMs);
  });

  test("whose operator's connection was lost: the citizen goes back into the line", () => {
    expect(play(surveyed, [...toTalking, isLost("anna-1")]).call.phase.kind).toBe("queued");
  });
});
