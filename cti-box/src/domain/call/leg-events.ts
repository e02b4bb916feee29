/** What the far ends of a call's legs do, and what that means for the call. */
import { transferFailureOf } from "../transfer/failure-cause.ts";
import { legPresented } from "./connected-parties.ts";
import { otherSideAnswered, handedOver } from "./consulting.ts";
import { citizenAlerts, citizenHeard, diallingAnswered, diallingFailed, routeTaken } from "./dialling.ts";
import { legRedescribed, legReinvited } from "./holding.ts";
import { legLeft, mediaLeft } from "./leaving.ts";
import { findLeg } from "./find-leg.ts";
import { closeLeg, legGone, pendingLegsOf, withLegState } from "./legs.ts";
import { offerFailed, offerRings, offerTaken } from "./offering.ts";
import { returnCall } from "./returning.ts";
import { operatorAnswered, operatorMissed } from "./ringing.ts";
import { withEffect } from "./step.ts";
import { carrierTries, otherCarrier } from "./transfer-over-trunk.ts";
import { targetAlerts } from "./transferring.ts";
import type { Leg } from "./call.ts";
import type { MissedRing } from "./call-effect.ts";
import type { LaterCallEvent } from "./call-event.ts";
import type { LegId, OperatorId } from "./ids.ts";
import type { Step } from "./step.ts";

type LegEvent = Exclude<
  Extract<LaterCallEvent, { type: `leg-${string}` | "device-gone" | "media-failed" }>,
  { type: "leg-replaced" }
>;

/** A leg's far end, or its media, has news. */
export function legEvent(step: Step, event: LegEvent): Step {
  const { atMs, legId } = event;
  switch (event.type) {
    case "leg-trying":
      return carrierTries(routeTaken(step, legId), legId);
    case "leg-progressed":
      return legProgressed(step, legId, atMs);
    case "leg-early-media":
      return citizenHeard(step, legId);
    case "leg-answered":
      return legAnswered(step, legId, atMs);
    case "leg-failed":
      return legFailed(step, event);
    case "leg-cancelled":
    case "leg-ended":
      return legEnded(step, { atMs, legId, how: event.type === "leg-ended" ? event.how : "bye" });
    case "leg-redescribed":
      return legRedescribed(step, event);
    case "leg-reinvited":
      return legReinvited(step, event);
    case "leg-presented":
      return legPresented(step, event);
    case "leg-handed-over":
      return handedOver(step, legId, atMs);
    case "device-gone":
      return deviceGone(step, legId, atMs);
    case "media-failed":
      return mediaFailed(step, legId, atMs);
  }
}

function legProgressed(step: Step, legId: LegId, atMs: number): Step {
  const leg = findLeg(step.call, legId);
  if (leg?.state.kind !== "trying" || leg.direction !== "out") return step;
  const alerting = offerRings(withLegState(step, legId, { kind: "alerting" }), legId);
  return targetAlerts(citizenAlerts(alerting, legId), atMs);
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
  if (phase === "queued") return offerTaken(step, legId, atMs);
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

/** One of the legs being rung is gone; when it was the last one, or a person declined, the ring is over: of each operator by itself. */
function pendingLegLost(step: Step, leg: Leg, answer: { atMs: number; status: number; q850: number | null }): Step {
  const { atMs, status } = answer;
  const phase = step.call.phase;
  if (phase.kind === "dialling") return diallingFailed(step, leg, answer);
  if (phase.kind === "queued") return offerFailed(step, { atMs, cause: failureOf(leg, answer), sipStatus: status });
  const rungThere = pendingLegsOf(step.call).filter(
    ({ peer }) => phase.kind !== "ringing" || peer.name === leg.peer.name,
  );
  const isOver = rungThere.length === 0 || isDeclined(status);
  if (!isOver) return step;
  if (phase.kind === "ringing")
    return operatorMissed(step, leg.peer.name as OperatorId, { atMs, outcome: missedRingOf(status) });
  if (phase.kind !== "transferring") return step;
  const rerouted = otherCarrier(step, { ...answer, hasRung: leg.state.kind === "alerting" });
  if (rerouted !== null) return rerouted;
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

/** Before the answer, a carrier that cannot be spoken over is no telephone that rang in vain: another carrier may, although it will ring again. */
function mediaFailed(step: Step, legId: LegId, atMs: number): Step {
  const leg = findLeg(step.call, legId);
  if (leg === null || leg.state.kind === "closing" || leg.state.kind === "gone") return step;
  if (leg.direction === "in" || !isPending(leg)) return mediaLeft(step, legId, atMs);
  const closed = closeLeg(step, legId, { atMs, reason: "failure" });
  const unheard: Leg = leg.peer.kind === "trunk" ? { ...leg, state: { kind: "trying" } } : leg;
  return pendingLegLost(closed, unheard, { atMs, status: 503, q850: null });
}

function isPending(leg: Leg): boolean {
  return leg.state.kind === "trying" || leg.state.kind === "alerting";
}

/** 603 and 480 are a person's refusal (SIP.js sends 480): it counts for all devices. 486 may be one busy phone among several. */
function isDeclined(status: number): boolean {
  return status === 603 || status === 480;
}

function missedRingOf(status: number): MissedRing {
  return isDeclined(status) || status === 486 || status === 600 ? "rejected" : "unreachable";
}
