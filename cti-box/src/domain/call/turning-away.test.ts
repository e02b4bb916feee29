/** Announcements in a call: greeting, place in the line, and the reason why nobody answers. */
import { expect, test } from "vitest";
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
} from "../../../testing/call-builders.ts";

const speaking = { ...queue, announcements: { language: "it", everyMs: 60_000 } } as const;
const announcementEnded = { type: "announcement-ended", legId: callerLegId } as const;

test("a caller is greeted on the way into the line, once", () => {
  const { all } = play(arrival({ queue: speaking }), [
    annaAssigned,
    { type: "leg-failed", legId: leg("anna-1"), status: 603, q850: null },
  ]);
  expect(effectNames(all).filter((name) => name.startsWith("announce"))).toEqual(["announce welcome"]);
});

test("a queue without announcements plays music only", () => {
  const { all } = play(arrival(), []);
  expect(effectNames(all).join()).not.toContain("announce");
});

test("a caller who is turned away is answered, told why, and let go after it; no music", () => {
  const told = play(arrival({ queue: speaking, turnedAway: "out-of-hours" }), []);
  expect(effectNames(told.all)).toEqual([
    "publish call-offered",
    "answer-leg caller",
    "announce out-of-hours",
    "start-timer goodbye",
  ]);
  const over = play(arrival({ queue: speaking, turnedAway: "out-of-hours" }), [announcementEnded]);
  expect(effectNames(over.effects)).toContain("end-leg caller out-of-hours");
  expect(over.call.phase).toMatchObject({ kind: "ended", cause: "out-of-hours" });
});

test("a media server that does not tell of the end does not keep the caller", () => {
  const deadlineMs = startMs + 20_000;
  const over = play(arrival({ queue: speaking, turnedAway: "queue-full" }), [
    { type: "timer-fired", timer: "goodbye", deadlineMs },
  ]);
  expect(over.call.phase).toMatchObject({ kind: "ended", cause: "queue-full" });
});

test("who hangs up during the reason was turned away all the same", () => {
  const over = play(arrival({ queue: speaking, turnedAway: "queue-full" }), [
    { type: "leg-ended", legId: callerLegId, how: "bye" },
  ]);
  expect(over.call.phase).toMatchObject({ kind: "ended", cause: "queue-full" });
});

test("another office is refused with the reason, whatever is announced to carriers' callers", () => {
  const refused = play({ ...memberArrival(), queue: speaking, turnedAway: "queue-full" }, []);
  expect(effectNames(refused.all)).toContain("reject-leg caller 486");
});

test("the place in the line is told again and again while the caller waits, and no more once somebody answers", () => {
  const first = startMs + 60_000;
  const waiting = play(arrival({ queue: speaking }), [{ type: "timer-fired", timer: "place", deadlineMs: first }]);
  expect(effectNames(waiting.effects)).toContain("announce-place caller");
  expect(waiting.effects).toContainEqual({ type: "start-timer", timer: "place", deadlineMs: waiting.atMs + 60_000 });
  const talking = play(arrival({ queue: speaking }), [
    annaAssigned,
    annaAnswers,
    { type: "timer-fired", timer: "place", deadlineMs: first },
  ]);
  expect(talking.effects).toEqual([]);
});

test("who has waited the whole time hears that nobody became free", () => {
  const deadlineMs = startMs + queue.maxWaitMs;
  const over = play(arrival({ queue: speaking }), [{ type: "timer-fired", timer: "max-wait", deadlineMs }]);
  expect(effectNames(over.effects)).toEqual([
    "stop-music caller",
    "announce nobody-free",
    "stop-timer max-wait",
    "stop-timer place",
    "start-timer goodbye",
    "leave-queue",
  ]);
});
