/** A transfer that ends without success: whatever the other side did, the citizen is not lost. */
import { endCall } from "./ending.ts";
import { headOfLine } from "./head-of-line.ts";
import { closeLeg, closePendingLegs } from "./legs.ts";
import { changed, published, withEffect } from "./step.ts";
import { notified, settledRecords, transferFields } from "./transfer-notices.ts";
import { transferUnderWay } from "./transfer-under-way.ts";
import type { Step } from "./step.ts";
import type { Call, CallPhase } from "./call.ts";
import type { LegEndReason } from "./call-effect.ts";
import type { RingEnd } from "./call-view.ts";
import type { LegId, OperatorId } from "./ids.ts";
import type { TransferFailure } from "../transfer/transfer.ts";
import type { TransferUnderWay } from "./transfer-under-way.ts";

/** The transfer is over without success; the citizen goes back to the operator, or to the head of the line when that one has left. */
export function returnCall(
  step: Step,
  failure: { atMs: number; cause: TransferFailure; sipStatus: number | null },
): Step {
  const underWay = transferUnderWay(step.call);
  if (underWay === null) return step;
  const { atMs, cause } = failure;
  const operatorId = underWay.transfer.requestedBy;
  const failed = abandonTransfer(step, failure);
  if (underWay.operatorLegId !== null) return published(failed, atMs, { type: "call-returned", operatorId, cause });
  if (step.call.queue === null) return endCall(failed, { atMs, cause: "operator-hung-up", reason: "hung-up" });
  return published(failed, atMs, { type: "call-queued" });
}

/** Takes the target's legs down and records the failure; the call goes back to where it was before the transfer. */
export function abandonTransfer(
  step: Step,
  failure: { atMs: number; cause: TransferFailure; sipStatus: number | null },
): Step {
  const underWay = transferUnderWay(step.call);
  if (underWay === null) return step;
  const { atMs, cause, sipStatus } = failure;
  const { transfer, targetLegId } = underWay;
  const { target } = transfer;
  const end = { atMs, reason: endOfTargetLeg(cause) };
  const quiet = targetLegId === null ? closePendingLegs(step, end) : closeLeg(step, targetLegId, end);
  const { consultedCallId } = transfer;
  const kept =
    consultedCallId === undefined
      ? quiet
      : withEffect(quiet, { type: "merge-call", callId: consultedCallId, how: "failed" });
  const told = notified(kept, transfer, sipStatus ?? statusForReferrer(cause));
  const over = changed(told, {
    phase: phaseBefore(step.call, underWay, atMs),
    lastTransfer: {
      requestedBy: transfer.requestedBy,
      progress: { phase: "returned", transferId: transfer.transferId, target, cause },
    },
    transfers: settledRecords(step, transfer, { outcome: "failed", failure: cause, settledAtMs: atMs }),
  });
  const left = target.kind === "operator" ? colleagueLeft(over, { atMs, cause, targetLegId, ...target }) : over;
  return published(left, atMs, { type: "call-transfer-failed", ...transferFields(transfer), cause, sipStatus });
}

function phaseBefore(call: Call, { transfer, operatorLegId }: TransferUnderWay, atMs: number): CallPhase {
  if (operatorLegId !== null) return { kind: "talking", operatorId: transfer.requestedBy, legId: operatorLegId };
  return headOfLine(call, atMs);
}

/** A colleague who had answered has nothing to be told of a ring that is long over. */
function colleagueLeft(
  step: Step,
  left: { atMs: number; cause: TransferFailure; operatorId: OperatorId; targetLegId: LegId | null },
): Step {
  const { operatorId, cause, atMs } = left;
  const outcome = ringEndOf(cause);
  const why = left.targetLegId === null ? outcome : "ended";
  const departed = changed(step, { departed: [...step.call.departed, { operatorId, why }] });
  return left.targetLegId === null
    ? published(departed, atMs, { type: "call-ring-ended", operatorId, outcome })
    : departed;
}

function ringEndOf(cause: TransferFailure): RingEnd {
  switch (cause) {
    case "refused":
    case "busy":
      return "rejected";
    case "no-answer":
      return "no-answer";
    case "cancelled":
    case "caller-hung-up":
      return "caller-gave-up";
    case "target-hung-up":
    case "unknown-office":
    case "no-on-net-route":
    case "not-reachable":
    case "failed":
      return "unreachable";
  }
}

function endOfTargetLeg(cause: TransferFailure): LegEndReason {
  if (cause === "no-answer") return "no-answer";
  if (cause === "caller-hung-up") return "caller-gone";
  return cause === "cancelled" || cause === "target-hung-up" ? "cancelled" : "failure";
}

function statusForReferrer(cause: TransferFailure): number {
  if (cause === "no-answer") return 408;
  return cause === "cancelled" ? 487 : 503;
}
