/**
 * Blind transfer, to another office with its ticket or to an operator of this office. The citizen is on hold with music from the first
 * moment, the operator never leaves until the other side has answered, and whatever goes wrong brings the citizen back.
 *   talking ─request─▶ transferring(calling) ─180─▶ transferring(ringing) ─200─▶ transferred │ talking with the colleague
 *      ▲                         │ refused, no answer, unreachable, cancelled
 *      └── operator waits ───────┤
 *   queued (at the head) ◀───────┘ operator had hung up
 */
import { tariffOf } from "../cost/tariff.ts";
import { endCall } from "./ending.ts";
import { closeLeg, closePendingLegs, withLegState } from "./legs.ts";
import { ringDevices } from "./ringing.ts";
import { changed, published, withEffect } from "./step.ts";
import { internalOrigin, secondsSpent } from "./summary.ts";
import type { Step } from "./step.ts";
import type { CallPhase, Leg, Transfer } from "./call.ts";
import type { LegEndReason } from "./call-effect.ts";
import type { TransferPlan, TransferRequested } from "./call-event.ts";
import type { RingEnd } from "./call-view.ts";
import type { TransferFailure } from "../transfer/transfer.ts";
import type { LegId } from "./ids.ts";

/** Starts a transfer if this operator has the citizen on the line now. */
export function requestTransfer(step: Step, event: TransferRequested): Step {
  const phase = step.call.phase;
  if ((phase.kind !== "talking" && phase.kind !== "held") || phase.operatorId !== event.operatorId) return step;
  const transfer = transferOf(event, step.call.transferTimeoutMs);
  const requested = changed(step, {
    phase: { kind: "transferring", transfer, operator: { kind: "waiting", legId: phase.legId }, stage: "calling" },
    ticket: ticketAfter(step, event),
    lastTransfer: null,
    transfers: [...step.call.transfers, pendingRecord(transfer)],
  });
  const announced = published(requested, event.atMs, {
    type: "call-transfer-requested",
    ...transferFields(transfer),
    ticketId: event.ticketId,
    reason: event.reason,
    message: event.message,
    expiresAtMs: transfer.expiresAtMs,
  });
  return placeTarget(notified(announced, transfer, 100), event.plan, event.atMs);
}

/** The other side rings. */
export function targetAlerts(step: Step, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "transferring" || phase.stage === "ringing") return step;
  const ringing = changed(step, { phase: { ...phase, stage: "ringing" } });
  const announced = published(ringing, atMs, { type: "call-transfer-ringing", ...transferFields(phase.transfer) });
  return notified(announced, phase.transfer, 180);
}

/** The other side answered: the citizen is joined with it and the operator's leg ends. */
export function targetAnswered(step: Step, legId: LegId, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "transferring") return step;
  const { transfer } = phase;
  const answered = withLegState(step, legId, { kind: "answered", answeredAtMs: atMs });
  const accepted = withEffect(answered, { type: "accept-answer", legId });
  const alone = closePendingLegs(accepted, { atMs, reason: "answered-elsewhere" });
  const told = notified(alone, transfer, 200);
  const freed =
    phase.operator.kind === "waiting" ? closeLeg(told, phase.operator.legId, { atMs, reason: "transferred" }) : told;
  const progress = { phase: "transferred", transferId: transfer.transferId, target: transfer.target } as const;
  const joined = changed(freed, {
    phase: phaseAfterAnswer(transfer, legId),
    origin: transfer.target.kind === "operator" ? internalOrigin(step.call, atMs) : step.call.origin,
    lastTransfer: { requestedBy: transfer.requestedBy, progress },
    transfers: settledRecords(step, transfer, { outcome: "transferred", failure: null, settledAtMs: atMs }),
    departed: [...step.call.departed, { operatorId: transfer.requestedBy, why: "transferred" }],
  });
  return announceTransferred(joined, transfer, atMs);
}

/** The transfer is over without success; the citizen goes back to the operator, or to the head of the line when that one has left. */
export function returnCall(
  step: Step,
  failure: { atMs: number; cause: TransferFailure; sipStatus: number | null },
): Step {
  const phase = step.call.phase;
  if (phase.kind !== "transferring") return step;
  const { atMs, cause } = failure;
  const operatorId = phase.transfer.requestedBy;
  const back: CallPhase =
    phase.operator.kind === "waiting"
      ? { kind: "talking", operatorId, legId: phase.operator.legId }
      : { kind: "queued", wait: { sinceMs: step.call.startedAtMs, priority: "returned" }, enteredAtMs: atMs };
  const failed = abandonTransfer(step, { ...failure, back });
  if (phase.operator.kind === "waiting") return published(failed, atMs, { type: "call-returned", operatorId, cause });
  if (step.call.queue === null) return endCall(failed, { atMs, cause: "operator-hung-up", reason: "hung-up" });
  return published(failed, atMs, { type: "call-queued" });
}

/** Takes the target's legs down and records the failure; the call goes on in the phase `back`. */
export function abandonTransfer(
  step: Step,
  failure: { atMs: number; cause: TransferFailure; sipStatus: number | null; back: CallPhase },
): Step {
  const phase = step.call.phase;
  if (phase.kind !== "transferring") return step;
  const { atMs, cause, sipStatus, back } = failure;
  const { transfer } = phase;
  const quiet = closePendingLegs(step, { atMs, reason: endOfTargetLeg(cause) });
  const told = notified(quiet, transfer, sipStatus ?? statusForReferrer(cause));
  const target = transfer.target;
  const ringEnd = ringEndOf(cause);
  const over = changed(told, {
    phase: back,
    lastTransfer: {
      requestedBy: transfer.requestedBy,
      progress: { phase: "returned", transferId: transfer.transferId, target, cause },
    },
    transfers: settledRecords(step, transfer, { outcome: "failed", failure: cause, settledAtMs: atMs }),
    departed:
      target.kind === "operator"
        ? [...step.call.departed, { operatorId: target.operatorId, why: ringEnd }]
        : step.call.departed,
  });
  const ringEnded =
    target.kind === "operator"
      ? published(over, atMs, { type: "call-ring-ended", operatorId: target.operatorId, outcome: ringEnd })
      : over;
  return published(ringEnded, atMs, { type: "call-transfer-failed", ...transferFields(transfer), cause, sipStatus });
}

/** The operator hung up while the other side still rings: the transfer goes on without the operator. */
export function operatorLeftTransfer(step: Step): Step {
  const phase = step.call.phase;
  if (phase.kind !== "transferring") return step;
  const requestedBy = phase.transfer.requestedBy;
  return changed(step, {
    phase: { ...phase, operator: { kind: "left" } },
    departed: [...step.call.departed, { operatorId: requestedBy, why: "ended" }],
  });
}

function announceTransferred(step: Step, transfer: Transfer, atMs: number): Step {
  const { target } = transfer;
  const fields = { type: "call-transferred", ...transferFields(transfer), tariff: tariffOfTarget(transfer) } as const;
  if (target.kind === "office") return published(step, atMs, fields);
  const { operatorId } = target;
  const spoken = changed(step, {
    spokenOperators: [...step.call.spokenOperators.filter((one) => one !== operatorId), operatorId],
  });
  const ringEnded = published(spoken, atMs, { type: "call-ring-ended", operatorId, outcome: "answered" });
  return published(published(ringEnded, atMs, fields), atMs, { type: "call-answered", operatorId });
}

function placeTarget(step: Step, plan: TransferPlan, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "transferring") return step;
  if (!("legId" in plan)) {
    const { operatorId } = plan.target;
    const hadLeft = changed(step, { departed: step.call.departed.filter((one) => one.operatorId !== operatorId) });
    const ringing = ringDevices(hadLeft, { atMs, operatorId, legs: plan.legs });
    return published(ringing, atMs, { type: "call-ringing", operatorId });
  }
  const { transfer } = phase;
  const { officeId } = plan.target;
  const leg: Leg = {
    legId: plan.legId,
    role: "office",
    direction: "out",
    peer: { kind: "member", name: officeId },
    media: "rtp",
    startedAtMs: atMs,
    state: { kind: "trying" },
    talkedMs: 0,
    talkingSinceMs: null,
  };
  return withEffect(changed(step, { legs: [...step.call.legs, leg] }), {
    type: "place-leg",
    legId: plan.legId,
    to: {
      kind: "office",
      officeId,
      ...plan.route,
      handover: {
        transferId: transfer.transferId,
        ticketId: transfer.ticketId,
        reason: transfer.reason,
        waitedSeconds: secondsSpent(step.call, atMs),
      },
    },
    media: "rtp",
    caller: step.call.caller,
    contactId: step.call.contactId,
    callId: step.call.callId,
  });
}

function transferOf(event: TransferRequested, timeoutMs: number): Transfer {
  const { transferId, operatorId, ticketId, reason, referrerLegId, plan, atMs } = event;
  return {
    transferId,
    target: plan.target,
    requestedBy: operatorId,
    ticketId,
    reason,
    referrerLegId,
    requestedAtMs: atMs,
    expiresAtMs: atMs + timeoutMs,
  };
}

function ticketAfter(step: Step, event: TransferRequested): Step["call"]["ticket"] {
  const present = step.call.ticket;
  if (event.ticketId === null || present?.ticketId === event.ticketId) return present;
  return { ticketId: event.ticketId, transferId: null };
}

function phaseAfterAnswer(transfer: Transfer, legId: LegId): CallPhase {
  if (transfer.target.kind === "office") return { kind: "transferred", transfer, legId };
  return { kind: "talking", operatorId: transfer.target.operatorId, legId };
}

function notified(step: Step, transfer: Transfer, status: number): Step {
  if (transfer.referrerLegId === null) return step;
  return withEffect(step, { type: "notify-referrer", legId: transfer.referrerLegId, status });
}

function transferFields(transfer: Transfer) {
  return { transferId: transfer.transferId, target: transfer.target, requestedBy: transfer.requestedBy };
}

function tariffOfTarget(transfer: Transfer) {
  return tariffOf(transfer.target.kind === "office" ? "member" : "operator");
}

function pendingRecord(transfer: Transfer) {
  const { transferId, target, requestedBy, requestedAtMs, reason } = transfer;
  const open = { outcome: "pending", failure: null, settledAtMs: null } as const;
  return { transferId, target, requestedBy, requestedAtMs, reason, tariff: tariffOfTarget(transfer), ...open };
}

function settledRecords(
  step: Step,
  transfer: Transfer,
  result: { outcome: "transferred" | "failed"; failure: TransferFailure | null; settledAtMs: number },
) {
  return step.call.transfers.map((one) => (one.transferId === transfer.transferId ? { ...one, ...result } : one));
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
  return cause === "cancelled" ? "cancelled" : "failure";
}

function statusForReferrer(cause: TransferFailure): number {
  if (cause === "no-answer") return 408;
  return cause === "cancelled" ? 487 : 503;
}
