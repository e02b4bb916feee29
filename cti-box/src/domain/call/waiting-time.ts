/** How long the citizen waited for an operator of the queue, before the first one and again after one was lost. */
import type { Call, QueueWait } from "./call.ts";

export const notWaited: QueueWait = { spentMs: 0, sinceMs: null };

/** The call with its waiting time brought up to this step. */
export function accountWait(call: Call, atMs: number): Call {
  const { spentMs, sinceMs } = call.queueWait;
  const waits = call.queue !== null && (call.phase.kind === "queued" || call.phase.kind === "ringing");
  if (waits) return sinceMs === null ? { ...call, queueWait: { spentMs, sinceMs: atMs } } : call;
  if (sinceMs === null) return call;
  return { ...call, queueWait: { spentMs: spentMs + Math.max(0, atMs - sinceMs), sinceMs: null } };
}
