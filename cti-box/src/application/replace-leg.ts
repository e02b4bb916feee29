/**
 * An INVITE with Replaces from a phone of the office (RFC 3891 §3). Operators take over their own conversations, those with a colleague whom they called too, and calls that ring, at the own
 * phones or at a colleague's; nothing else. Statuses: 481 no such dialog, or one that the phone began and nobody has answered yet, 486 it was meant only while it rings, or the operator is in a call,
 * 403 not for this operator, 603 the call is over.
 */
import { findLeg } from "../domain/call/find-leg.ts";
import { isOpen } from "../domain/call/legs.ts";
import { isOwnLegOfCaller } from "../domain/call/replacing.ts";
import type { Call } from "../domain/call/call.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { IncomingInvite, InviteVerdict, NamedLeg } from "./ports.ts";

export type ReplaceParts = {
  calls: Pick<CallsInProgress, "findByLeg" | "adoptLeg">;
  room: Pick<OperatorRoom, "presenceOf">;
};

export function replaceLeg(parts: ReplaceParts, invite: IncomingInvite): InviteVerdict {
  const { source, replaces, legId, media, sdp } = invite;
  if (source.kind !== "operator") return refused(403, "only phones of the office replace a dialog");
  if (replaces === null || replaces === "unknown") return refused(481, "no such dialog");
  if (sdp === null) return refused(488, "no session description");
  const runner = parts.calls.findByLeg(replaces.legId);
  if (runner === null) return refused(481, "no such dialog");
  const { operatorId } = source;
  const refusal = refusalOf(parts, runner.call, { operatorId, replaces });
  if (refusal !== null) return refusal;
  parts.calls.adoptLeg(runner.call.callId, legId, sdp);
  runner.post({ type: "leg-replaced", operatorId, legId, media, replaces: replaces.legId });
  return { kind: "accepted" };
}

function refusalOf(
  { room }: ReplaceParts,
  call: Call,
  wish: { operatorId: OperatorId; replaces: NamedLeg },
): InviteVerdict | null {
  const { operatorId, replaces } = wish;
  const { phase } = call;
  const leg = findLeg(call, replaces.legId);
  if (leg === null || !isOpen(leg)) return refused(603, "the dialog is over");
  const isCallers = isOwnLegOfCaller(call, { operatorId, replaces: leg.legId });
  if (leg.role !== "operator" && !isCallers) return refused(403, "not a leg of an operator");
  if (leg.state.kind === "answered") {
    if (replaces.isEarlyOnly) return refused(486, "the dialog was meant only while it rings");
    const isUp = phase.kind === "talking" || phase.kind === "held";
    const isOwn = isUp && (isCallers || (phase.operatorId === operatorId && phase.legId === leg.legId));
    return isOwn ? null : refused(403, "not the operator's own conversation");
  }
  // An early dialog is replaced only where the box has begun it (RFC 3891 §3).
  if (leg.direction === "in") return refused(481, "not answered yet");
  // Calls that ring because of a transfer come back to who transferred.
  if (phase.kind !== "ringing") return refused(403, "a call that is being transferred cannot be taken");
  const isBusy =
    !phase.operatorIds.includes(operatorId) && ["on-call", "ringing"].includes(room.presenceOf(operatorId));
  return isBusy ? refused(486, "the operator is in a call") : null;
}

function refused(status: number, why: string): InviteVerdict {
  return { kind: "refused", status, why };
}
