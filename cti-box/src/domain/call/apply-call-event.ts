/** The call core: `(call, event) → (call, effects)`. Pure: same input, same step; an event that does not apply changes nothing. */
import { transferFailureOf } from "../transfer/failure-cause.ts";
import {
  citizenAlerts,
  citizenHeard,
  diallingAnswered,
  diallingFailed,
  diallingTimedOut,
  ownPhoneSilent,
  routeTaken,
  startDialling,
} from "./dialling.ts";
import { completeTransfer, handedOver, otherSideAnswered, turnTo } from "./consulting.ts";
import { boxRestarted, boxStopping, legLeft, mediaLeft } from "./leaving.ts";
import { hold, legRedescribed, legReinvited, resume } from "./holding.ts";
import { withLegCauses } from "./leg-causes.ts";
import { closeLeg, findLeg, legGone, pendingLegsOf, withLegState } from "./legs.ts";
import { park, parkedTooLong, retrieve } from "./parking.ts";
import { nobodyTakesIt, operatorAnswered, operatorMissed, pickUp, ringOperator } from "./ringing.ts";
import { settle, timersOf } from "./settle.ts";
import { startCall } from "./start-call.ts";
import { changed, published, unchanged, withEffect } from "./step.ts";
import { returnCall } from "./returning.ts";
import { requestTransfer, targetAlerts } from "./transferring.ts";
import { transferUnderWay } from "./transfer-under-way.ts";
import { announcementEnded, saidGoodbye, tellPlace } from "./turning-away.ts";
import { chooseQueue, waitedTooLong } from "./changing-queue.ts";
import type { Step } from "./step.ts";
import type { Call, Leg } from "./call.ts";
import type { CallBeginning, LaterCallEvent, TimerName } from "./call-event.ts";
import type { MissedRing } from "./call-effect.ts";
import type { LegId, OperatorId, TransferId } from "./ids.ts";

/** A call begins. */
export function beginCall(beginning: CallBeginning): Step {
  const started = beginning.type === "call-arrived" ? startCall(beginning) : startDialling(beginning);
  return settle(null, withLegCauses(started, beginning), beginning.atMs);
}

/** Something happens to a call. */
export function applyCallEvent(call: Call, event: LaterCallEvent): Step {
  const step = transition(unchanged(call), event);
  return step.call === call ? step : settle(call, withLegCauses(step, event), event.atMs);
}

function transition(step: Step, event: LaterCallEvent): Step {
  const { atMs } = event;
  switch (event.type) {
    case "operator-assigned":
      return ringOperator(step, event);
    case "call-picked-up":
      return pickUp(step, event);
    case "no-operator":
      return nobodyTakesIt(step, atMs);
    case "leg-trying":
      return routeTaken(step, event.legId);
    case "leg-progressed":
      return legProgressed(step, event.legId, atMs);
    case "leg-early-media":
      return citizenHeard(step, event.legId);
    case "leg-answered":
      return legAnswered(step, event.legId, atMs);
    case "leg-failed":
      return legFailed(step, event);
    case "leg-cancelled":
    case "leg-ended":
      return legEnded(step, { atMs, legId: event.legId, how: event.type === "leg-ended" ? event.how : "bye" });
    case "leg-redescribed":
      return legRedescribed(step, event);
    case "leg-reinvited":
      return legReinvited(step, event);
    case "leg-handed-over":
      return handedOver(step, event.legId, atMs);
    case "device-gone":
      return deviceGone(step, event.legId, atMs);
    case "queue-chosen":
    case "announcement-ended":
      return waitChanged(step, event);
    case "media-failed":
      return mediaFailed(step, event.legId, atMs);
    case "hold-requested":
    case "resume-requested":
      return holdChanged(step, event);
    case "transfer-requested":
      return requestTransfer(step, event);
    case "transfer-cancelled":
      return isMyTransfer(step, event) ? returnCall(step, { atMs, cause: "cancelled", sipStatus: null }) : step;
    case "consultation-turned":
      return isMyTransfer(step, event) ? turnTo(step, event.talkingTo, atMs) : step;
    case "call-parked":
      return isInCharge(step, event.operatorId) ? park(step, atMs) : step;
    case "call-retrieved":
      return retrieve(step, event);
    case "transfer-completed":
      return isMyTransfer(step, event) ? completeTransfer(step, atMs) : step;
    case "ticket-attached":
      return ticketAttached(step, event);
    case "timer-fired":
      return timerFired(step, event);
    case "box-stopping":
      return boxStopping(step, atMs);
    case "box-restarted":
      return boxRestarted(step, atMs);
  }
}

function holdChanged(
  step: Step,
  event: Extract<LaterCallEvent, { type: "hold-requested" | "resume-requested" }>,
): Step {
  if (!isInCharge(step, event.operatorId)) return step;
  return (event.type === "hold-requested" ? hold : resume)(step, "operator", event.atMs);
}

function waitChanged(
  step: Step,
  event: Extract<LaterCallEvent, { type: "queue-chosen" | "announcement-ended" }>,
): Step {
  if (event.type === "queue-chosen") return chooseQueue(step, event);
  return announcementEnded(step, event.legId, event.atMs);
}

function legProgressed(step: Step, legId: LegId, atMs: number): Step {
  const leg = findLeg(step.call, legId);
  if (leg?.state.kind !== "trying" || leg.direction !== "out") return step;
  return targetAlerts(citizenAlerts(withLegState(step, legId, { kind: "alerting" }), legId), atMs);
}

/** The first answer wins; an answer nobody waits for any more is hung up at once (200 crossed with our CANCEL). */
function legAnswered(step: Step, legId: LegId, atMs: number): Step {
  const leg = findLeg(step.call, legId);
  if (leg === null || leg.direction !== "out") return step;
  if (leg.state.kind === "closing") return withEffect(step, { type: "end-leg", legId, reason: "hung-up" });
  if (!isPending(leg)) return step;
  const phase = step.call.phase.kind;
  if (phase === "dialling") return diallingAnswered(step, legId, atMs);
  if (phase === "ringing") return operatorAnswered(step, legId, atMs);
  return phase === "transferring"
    ? otherSideAnswered(step, legId, atMs)
    : closeLeg(step, legId, { atMs, reason: "failure" });
}

function legFailed(step: Step, event: Extract<LaterCallEvent, { type: "leg-failed" }>): Step {
  const leg = findLeg(step.call, event.legId);
  if (leg === null || leg.state.kind === "gone") return step;
  const gone = legGone(step, event.legId, event.atMs);
  if (leg.state.kind === "closing") return gone;
  if (!isPending(leg) || leg.direction === "in") return legLeft(step, { ...event, how: "lost" });
  return pendingLegLost(gone, leg, event);
}

/** One of the legs being rung is gone; when it was the last one, or a person declined, the ring is over. */
function pendingLegLost(step: Step, leg: Leg, answer: { atMs: number; status: number; q850: number | null }): Step {
  const { atMs, status } = answer;
  const phase = step.call.phase;
  if (phase.kind === "dialling") return diallingFailed(step, leg, answer);
  const isOver = pendingLegsOf(step.call).length === 0 || isDeclined(status);
  if (!isOver) return step;
  if (phase.kind === "ringing") return operatorMissed(step, atMs, missedRingOf(status));
  if (phase.kind !== "transferring") return step;
  const cause = isDeclined(status) && phase.transfer.target.kind === "operator" ? "refused" : failureOf(leg, answer);
  return returnCall(step, { atMs, cause, sipStatus: status });
}

function failureOf(leg: Leg, answer: { status: number; q850: number | null }) {
  return transferFailureOf({ ...answer, hasRung: leg.state.kind === "alerting" });
}

function legEnded(step: Step, end: Parameters<typeof legLeft>[1]): Step {
  const leg = findLeg(step.call, end.legId);
  if (leg === null || leg.state.kind === "gone") return step;
  if (leg.state.kind === "closing") return legGone(step, end.legId, end.atMs);
  if (leg.direction === "out" && isPending(leg)) {
    return pendingLegLost(legGone(step, end.legId, end.atMs), leg, { atMs: end.atMs, status: 503, q850: null });
  }
  return legLeft(step, end);
}

function deviceGone(step: Step, legId: LegId, atMs: number): Step {
  const leg = findLeg(step.call, legId);
  if (leg === null || leg.direction !== "out" || !isPending(leg)) return step;
  const closed = closeLeg(step, legId, { atMs, reason: "failure" });
  return pendingLegLost(closed, leg, { atMs, status: 503, q850: null });
}

function mediaFailed(step: Step, legId: LegId, atMs: number): Step {
  const leg = findLeg(step.call, legId);
  if (leg === null || leg.state.kind === "closing" || leg.state.kind === "gone") return step;
  if (leg.direction === "out" && isPending(leg)) return deviceGone(step, legId, atMs);
  return mediaLeft(step, legId, atMs);
}

function isMyTransfer(step: Step, { operatorId, transferId }: { operatorId: OperatorId; transferId: TransferId }) {
  const transfer = transferUnderWay(step.call)?.transfer;
  return transfer?.transferId === transferId && transfer.requestedBy === operatorId;
}

function ticketAttached(step: Step, event: Extract<LaterCallEvent, { type: "ticket-attached" }>): Step {
  const { ticketId, atMs } = event;
  if (step.call.phase.kind === "ended" || step.call.ticket?.ticketId === ticketId) return step;
  const ticket = { ticketId, transferId: null };
  return published(changed(step, { ticket }), atMs, { type: "ticket-attached", ticket });
}

/** Only the timer that still has to run counts; a late one changes nothing. */
function timerFired(step: Step, event: { atMs: number; timer: TimerName; deadlineMs: number }): Step {
  const { atMs, timer } = event;
  if (timersOf(step.call).get(timer) !== event.deadlineMs) return step;
  switch (timer) {
    case "dial":
    case "route":
      return diallingTimedOut(step, timer, atMs);
    case "ring":
      if (step.call.phase.kind === "dialling") return ownPhoneSilent(step, atMs);
      return operatorMissed(step, atMs, "no-answer");
    case "retry":
      return changed(step, { triedOperators: [] });
    case "transfer":
      return returnCall(step, { atMs, cause: "no-answer", sipStatus: null });
    case "place":
      return tellPlace(step, atMs);
    case "goodbye":
      return saidGoodbye(step, atMs);
    case "park":
      return parkedTooLong(step, atMs);
    case "max-wait":
      return waitedTooLong(step, atMs);
  }
}

function isPending(leg: Leg): boolean {
  return leg.state.kind === "trying" || leg.state.kind === "alerting";
}

function isInCharge(step: Step, operatorId: string): boolean {
  const phase = step.call.phase;
  return (phase.kind === "talking" || phase.kind === "held") && phase.operatorId === operatorId;
}

/** 603 and 480 are a person's refusal (SIP.js sends 480): it counts for all devices. 486 may be one busy phone among several. */
function isDeclined(status: number): boolean {
  return status === 603 || status === 480;
}

function missedRingOf(status: number): MissedRing {
  return isDeclined(status) || status === 486 || status === 600 ? "rejected" : "unreachable";
}
