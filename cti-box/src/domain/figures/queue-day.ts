/**
 * What became today of the calls that came to a queue. A call counts on the day on which it came, with its first outcome:
 *   came ─▶ answered (whatever happens then) │ abandoned (the caller gave up) │ turned away (closed, full, nobody free, a fault)
 * Who asked to be called back has kept the place and is none of these.
 */
import type { EndCause } from "../call/call-view.ts";

export type QueueDay = { answered: number; abandoned: number; turnedAway: number; waitedMs: number };
export type QueueOutcome =
  | { kind: "answered"; waitedMs: number }
  | { kind: "abandoned" | "turned-away"; waitedMs?: undefined };

export const emptyDay: QueueDay = { answered: 0, abandoned: 0, turnedAway: 0, waitedMs: 0 };

const dayFormat = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Rome" });

/** The local date, such as 2026-11-26. */
export function dayOf(atMs: number): string {
  return dayFormat.format(atMs);
}

export function withOutcome(day: QueueDay, outcome: QueueOutcome): QueueDay {
  switch (outcome.kind) {
    case "answered":
      return { ...day, answered: day.answered + 1, waitedMs: day.waitedMs + outcome.waitedMs };
    case "abandoned":
      return { ...day, abandoned: day.abandoned + 1 };
    case "turned-away":
      return { ...day, turnedAway: day.turnedAway + 1 };
  }
}

/** How long those who were answered have waited on average; null before the first. */
export function averageWaitMs({ answered, waitedMs }: QueueDay): number | null {
  return answered === 0 ? null : waitedMs / answered;
}

/** What of a call decides on its outcome; null: nothing has become of it yet, or it came to no queue. */
export function outcomeOf(call: {
  direction: "in" | "out" | "internal";
  queueId: string | null;
  startedAtMs: number;
  answeredAtMs: number | null;
  endCause: EndCause | null;
}): QueueOutcome | null {
  if (call.direction !== "in" || call.queueId === null) return null;
  if (call.answeredAtMs !== null) {
    return { kind: "answered", waitedMs: Math.max(0, call.answeredAtMs - call.startedAtMs) };
  }
  // Who is called back is counted by what becomes of that.
  if (call.endCause === null || call.endCause === "callback-requested") return null;
  return { kind: call.endCause === "caller-gave-up" ? "abandoned" : "turned-away" };
}
