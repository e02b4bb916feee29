/**
 * Citizens who keep their place in a queue and are called back. The book is a projection of what became of calls, live or from the records, so that
 * it needs no memory of its own:
 *   asked ─▶ waiting ─citizen talked to, by whichever call─▶ gone
 *              ▲ │ busy, no answer …: later again, at most so often
 *              └─┘ operator did not answer: soon again
 */
import type { CallId, ContactId } from "../call/ids.ts";
import type { EndCause } from "../call/call-view.ts";

export type PendingCallback = {
  /** The call in which it was asked for. */
  callId: CallId;
  contactId: ContactId;
  queueId: string;
  /** E.164. */
  number: string;
  /** The place in the line counts from here. */
  sinceMs: number;
  /** How often the citizen was called in vain. */
  attempts: number;
  notBeforeMs: number;
};

/** Calls in vain before it is given up, and the pause between two. */
export type CallbackRules = { attempts: number; pauseMs: number };

/** What of a call matters here; `answeredAtMs`: when somebody talked with the citizen. */
export type CallOutcome = {
  callId: CallId;
  contactId: ContactId;
  direction: "in" | "out" | "internal";
  queueId: string | null;
  number: string | null;
  startedAtMs: number;
  answeredAtMs: number | null;
  endCause: EndCause | null;
  atMs: number;
};

export type CallbackBook = ReadonlyMap<string, PendingCallback>;

/** Pause after an operator did not take the call. */
const operatorPauseMs = 30_000;
/** Nobody waits longer for being called. */
export const longestCallbackMs = 7 * 24 * 3_600_000;

/** One call back for a number in a queue, however often it is asked for. */
export function callbackKey({ queueId, number }: { queueId: string; number: string }): string {
  return `${queueId} ${number}`;
}

/** The book after something became of a call. `rulesOf` null: the queue calls nobody back. The same book where nothing changes. */
export function afterCall(
  book: CallbackBook,
  outcome: CallOutcome,
  rulesOf: (queueId: string) => CallbackRules | null,
): CallbackBook {
  const { queueId, number } = outcome;
  const rules = queueId === null ? null : rulesOf(queueId);
  if (queueId === null || number === null || rules === null || isMasked(number)) return book;
  const key = callbackKey({ queueId, number });
  const next = nextOf(book.get(key) ?? null, { ...outcome, queueId, number }, rules);
  if (next === (book.get(key) ?? null)) return book;
  const changed = new Map(book);
  if (next === null) changed.delete(key);
  else changed.set(key, next);
  return changed;
}

/** The retention rules have taken the last digits out of the record. */
function isMasked(number: string): boolean {
  return number.includes("*");
}

function nextOf(
  pending: PendingCallback | null,
  outcome: CallOutcome & { queueId: string; number: string },
  rules: CallbackRules,
): PendingCallback | null {
  const { endCause, direction, atMs, callId, contactId, queueId, number, startedAtMs } = outcome;
  if (endCause === "callback-requested") {
    const asked = { callId, contactId, queueId, number, sinceMs: startedAtMs, attempts: 0, notBeforeMs: atMs };
    return pending ?? asked;
  }
  // Whatever was answered before it was asked for says nothing of it.
  if (pending === null || startedAtMs < pending.sinceMs) return pending;
  if (outcome.answeredAtMs !== null) return null;
  if (direction !== "out" || endCause === null) return pending;
  if (!isInVain(endCause)) return { ...pending, notBeforeMs: atMs + operatorPauseMs };
  const attempts = pending.attempts + 1;
  return attempts >= rules.attempts ? null : { ...pending, attempts, notBeforeMs: atMs + rules.pauseMs };
}

/** The citizen was called, or could not be: not our own operator's silence, nor a fault of the box. */
function isInVain(endCause: EndCause): boolean {
  const causes: readonly EndCause[] = [
    "callee-busy",
    "callee-no-answer",
    "callee-refused",
    "callee-not-reachable",
    "callee-unknown",
    "no-trunk",
    "operator-hung-up",
  ];
  return causes.includes(endCause);
}
