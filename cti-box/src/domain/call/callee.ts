/** Calls that an operator makes to a colleague, as they stand (calling-colleague.ts). */
import type { Call } from "./call.ts";
import type { OperatorId } from "./ids.ts";

/** The operator who called a colleague through the box; null: another kind of call. */
export function callingOperatorOf(call: Call): OperatorId | null {
  if (call.callee?.kind !== "operator") return null;
  if (call.phase.kind === "dialling") return call.phase.operatorId;
  return (call.legs[0]?.peer.name as OperatorId | undefined) ?? null;
}

/** Nobody rings for the colleague's caller, who may be rung soon. */
export function seeksColleague({ callee, phase, queue }: Call): boolean {
  return callee?.kind === "operator" && phase.kind === "queued" && queue === null;
}
