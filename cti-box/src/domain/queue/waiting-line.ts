/**
 * Callers who wait for an operator. Returned callers (their operator was lost, their transfer failed) go first, then who waits longest.
 */
import type { CallId, OperatorId } from "../call/ids.ts";

export type WaitingCall = {
  callId: CallId;
  queueId: string;
  sinceMs: number;
  priority: "new" | "returned";
  /** `now-or-never`: served in this moment or turned away. */
  patience: "wait" | "now-or-never";
  /** Operators who did not take this call lately. */
  except: readonly OperatorId[];
  /** `one`: one operator at a time, also in a queue that rings all. */
  rings?: "one";
};

/** The line in the order it is served. */
export function inServingOrder(line: Iterable<WaitingCall>): WaitingCall[] {
  return [...line].toSorted(
    (one, other) => rank(one) - rank(other) || one.sinceMs - other.sinceMs || compareIds(one.callId, other.callId),
  );
}

/** Place of a call among those of its queue, 1 for the next one; null when it does not wait. */
export function placeIn(line: Iterable<WaitingCall>, callId: CallId): number | null {
  const all = [...line];
  const queueId = all.find((waiting) => waiting.callId === callId)?.queueId;
  const place = inServingOrder(all.filter((waiting) => waiting.queueId === queueId)).findIndex(
    (waiting) => waiting.callId === callId,
  );
  return place === -1 ? null : place + 1;
}

function rank(waiting: WaitingCall): number {
  return waiting.priority === "returned" ? 0 : 1;
}

/** Ids are ULIDs: their order is the order of arrival within the same millisecond. */
function compareIds(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
