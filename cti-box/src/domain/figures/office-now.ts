/** What goes on in the office at this moment, in numbers. Never of a person: presence is routing's, and numbers of few people are left out. */
import { stateNameOf } from "../call/summary.ts";
import type { Call } from "../call/call.ts";
import type { CallStateName } from "../call/call-view.ts";
import type { OperatorPresence } from "../operator/operator.ts";

/** `waiting`: in the line or ringing. `longestWaitMs`: 0 when nobody waits. `talking`: everything after the first answer that is not over. */
export type QueueNow = { waiting: number; longestWaitMs: number; talking: number };

/** `free`: would be rung. `busy`: in a call, rung, or finishing one. `absent`: away, or not to be reached. */
export type OperatorCounts = { free: number; busy: number; absent: number };

/** Of fewer people than these a number tells what one of them does (Legge 300/1970 art. 4; INL circolare 4/2017). */
export const fewestOperators = 3;

export function queueNow(calls: readonly Call[], nowMs: number): QueueNow {
  const waits = calls.filter(isWaiting).map(({ queueWait }) => waitedMs(queueWait, nowMs));
  const talking = calls.filter((call) => !isWaiting(call) && call.answeredAtMs !== null && !isOver(call)).length;
  return { waiting: waits.length, longestWaitMs: Math.max(0, ...waits), talking };
}

/** Calls that are not over, by state; states without calls as well, so that a figure does not vanish. */
export function callsByState(calls: readonly Call[]): Record<Exclude<CallStateName, "ended">, number> {
  const counts = {
    dialling: 0,
    queued: 0,
    ringing: 0,
    answered: 0,
    held: 0,
    transferring: 0,
    parked: 0,
    surveying: 0,
    transferred: 0,
  };
  for (const call of calls) {
    const state = stateNameOf(call);
    if (state !== "ended") counts[state] += 1;
  }
  return counts;
}

/** Null for so few that the numbers would be about a person. Who is not signed in is not counted. */
export function operatorCounts(presences: readonly OperatorPresence[]): OperatorCounts | null {
  if (presences.length < fewestOperators) return null;
  const count = (...wanted: OperatorPresence[]): number => presences.filter((one) => wanted.includes(one)).length;
  return {
    free: count("available"),
    busy: count("on-call", "ringing", "wrap-up"),
    absent: count("away", "unreachable"),
  };
}

function isWaiting({ phase }: Call): boolean {
  return phase.kind === "queued" || phase.kind === "ringing";
}

function isOver({ phase }: Call): boolean {
  return phase.kind === "ended";
}

function waitedMs({ spentMs, sinceMs }: Call["queueWait"], nowMs: number): number {
  return spentMs + (sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs));
}
