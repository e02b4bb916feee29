/**
 * Transfer, to another office with its ticket, to an operator of this office, or to a telephone number. The citizen is on hold with music from the first
 * moment, the operator never leaves until the other side has answered, and whatever goes wrong brings the citizen back.
 *   talking ─request─▶ transferring(calling) ─180─▶ transferring(ringing) ─200─▶ transferred │ talking with the colleague
 *      ▲                         │ refused, no answer, unreachable, cancelled
 *      └── operator waits ───────┤
 *   queued (at the head) ◀───────┘ operator had hung up
 */
import { namedAsCaller } from "./connected-parties.ts";
import { closeLeg, closePendingLegs, officeLeg, withLegState } from "./legs.ts";
import { ringDevices } from "./ringing.ts";
import { changed, published, withEffect } from "./step.ts";
import { internalOrigin, secondsSpent } from "./summary.ts";
import { modeOf, notified, settledRecords, tariffOfTarget, transferFields } from "./transfer-notices.ts";
import { callOverTrunk } from "./transfer-over-trunk.ts";
import { tradePlaces } from "./trading-places.ts";
import { transferUnderWay } from "./transfer-under-way.ts";
import type { Step } from "./step.ts";
import type { CallPhase, Transfer } from "./call.ts";
import type { TransferPlan, TransferRequested } from "./call-event.ts";
import type { LegId } from "./ids.ts";
import type { TransferUnderWay } from "./transfer-under-way.ts";

/** So long the ticket waits at the other office for the end of a consultation. */
const longestConsultationMs = 3_600_000;

/** Starts a transfer if this operator has the citizen on the line now, or a colleague. */
export function requestTransfer(given: Step, event: TransferRequested): Step {
  const { operatorId, trading } = event;
  const step = trading === undefined ? given : tradePlaces(given, { operatorId, names: trading });
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
    expiresAtMs: transfer.mode === "attended" ? event.atMs + longestConsultationMs : transfer.expiresAtMs,
  });
  const { consultedCallId } = transfer;
  const merging =
    consultedCallId === undefined
      ? announced
      : withEffect(announced, { type: "merge-call", callId: consultedCallId, how: "started" });
  return placeTarget(notified(merging, transfer, 100), event.plan, event.atMs);
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
  return joinTarget(takeAnswer(step, legId, atMs), legId, atMs);
}

/** The first answer of the other side wins. */
export function takeAnswer(step: Step, legId: LegId, atMs: number): Step {
  const answered = withLegState(step, legId, { kind: "answered", answeredAtMs: atMs });
  const accepted = withEffect(answered, { type: "accept-answer", legId });
  return closePendingLegs(accepted, { atMs, reason: "answered-elsewhere" });
}

/** The citizen and the other side are together; the operator who asked for it is free. */
export function joinTarget(step: Step, legId: LegId, atMs: number): Step {
  const underWay = transferUnderWay(step.call);
  if (underWay === null) return step;
  const { transfer, operatorLegId } = underWay;
  const isTold = transfer.mode === "attended" && transfer.target.kind === "office";
  const announced = isTold ? withEffect(step, { type: "tell-handover", legId }) : step;
  const told = notified(announced, transfer, 200);
  const freed = operatorLegId === null ? told : closeLeg(told, operatorLegId, { atMs, reason: "transferred" });
  const progress = { phase: "transferred", transferId: transfer.transferId, target: transfer.target } as const;
  const joined = changed(freed, {
    phase: phaseAfterAnswer(transfer, legId),
    origin: transfer.target.kind === "operator" ? internalOrigin(step.call, atMs) : step.call.origin,
    lastTransfer: { requestedBy: transfer.requestedBy, progress },
    transfers: settledRecords(step, transfer, { outcome: "transferred", failure: null, settledAtMs: atMs }),
    departed: [...step.call.departed, { operatorId: transfer.requestedBy, why: "transferred" }],
  });
  return announceTransferred(joined, { ...underWay, atMs });
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

function announceTransferred(step: Step, { transfer, targetLegId, atMs }: TransferUnderWay & { atMs: number }): Step {
  const { target } = transfer;
  const fields = { type: "call-transferred", ...transferFields(transfer), tariff: tariffOfTarget(transfer) } as const;
  if (target.kind !== "operator") return published(step, atMs, fields);
  const { operatorId } = target;
  const spoken = changed(step, {
    spokenOperators: [...step.call.spokenOperators.filter((one) => one !== operatorId), operatorId],
  });
  const ringEnded =
    targetLegId === null
      ? published(spoken, atMs, { type: "call-ring-ended", operatorId, outcome: "answered" })
      : spoken;
  return published(published(ringEnded, atMs, fields), atMs, { type: "call-answered", operatorId });
}

function placeTarget(step: Step, plan: TransferPlan, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "transferring") return step;
  if ("routes" in plan) return callOverTrunk(step, phase, { routes: plan.routes, atMs });
  if (!("legId" in plan)) {
    const { operatorId } = plan.target;
    const hadLeft = changed(step, { departed: step.call.departed.filter((one) => one.operatorId !== operatorId) });
    const ringing = ringDevices(hadLeft, { atMs, operatorId, legs: plan.legs });
    return published(ringing, atMs, { type: "call-ringing", operatorId });
  }
  const { transfer } = phase;
  const { officeId } = plan.target;
  const leg = officeLeg(plan.legId, officeId, atMs);
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
        mode: transfer.mode,
      },
    },
    media: "rtp",
    caller: namedAsCaller(step.call, leg.peer),
    contactId: step.call.contactId,
    callId: step.call.callId,
  });
}

function transferOf(event: TransferRequested, timeoutMs: number): Transfer {
  const { transferId, operatorId, ticketId, reason, referrerLegId, consultedCallId, plan, atMs } = event;
  return {
    transferId,
    mode: event.mode ?? "blind",
    target: plan.target,
    requestedBy: operatorId,
    ticketId,
    reason,
    referrerLegId,
    ...(consultedCallId !== undefined && { consultedCallId }),
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
  if (transfer.target.kind !== "operator") return { kind: "transferred", transfer, legId };
  return { kind: "talking", operatorId: transfer.target.operatorId, legId };
}

function pendingRecord(transfer: Transfer) {
  const { transferId, target, requestedBy, requestedAtMs, reason } = transfer;
  const mode = modeOf(transfer);
  const open = { outcome: "pending", failure: null, settledAtMs: null, conferenceAtMs: null } as const;
  return { transferId, target, mode, requestedBy, requestedAtMs, reason, tariff: tariffOfTarget(transfer), ...open };
}
