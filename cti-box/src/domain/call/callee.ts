/** Calls that an operator makes to a colleague, as they stand (calling-colleague.ts). */
import type { Call } from "./call.ts";
import type { OperatorId } from "./ids.ts";

/** The operator who called a colleague, from the page or on a phone; null: another kind of call. */
export function callingOperatorOf({ direction, phase, legs }: Call): OperatorId | null {
  if (direction !== "internal") return null;
  if (phase.kind === "dialling") return phase.operatorId;
  return (legs[0]?.peer.name as OperatorId | undefined) ?? null;
}

/** The colleague with whom this operator speaks, or is to speak, because one has called the other; null: somebody else's call. */
export function colleagueFor(
  call: Call,
  operatorId: OperatorId,
): { operatorId: OperatorId; displayName: string } | null {
  const { callee, counterpart, caller } = call;
  const calling = callingOperatorOf(call);
  if (calling === operatorId) return callee?.kind === "operator" ? callee : (counterpart ?? null);
  // Who has called, and traded places to transfer the colleague.
  if (calling === null || counterpart?.part !== "has-called" || counterpart.operatorId !== operatorId) return null;
  return { operatorId: calling, displayName: caller.displayName ?? calling };
}

/** Nobody rings for the colleague's caller, who may be rung soon. */
export function seeksColleague({ callee, phase, queue }: Call): boolean {
  return callee?.kind === "operator" && phase.kind === "queued" && queue === null;
}
