/**
 * Queueing and ringing: one operator at a time, or all that the queue rings together; all devices of an operator; the next one when nobody takes it.
 *   queued ─operator-assigned─▶ ringing ─first answer─▶ talking      (the others: answered elsewhere)
 *      ▲                          │ declined, ring time over, devices gone, for the last one who rang
 *      └──────────────────────────┘
 */
import { colleagueMissed } from "./calling-colleague.ts";
import { namedAsCaller } from "./connected-parties.ts";
import { endCall } from "./ending.ts";
import { askWhereTo, mayBeForwarded } from "./forwarding.ts";
import { callerLegOf, findLeg } from "./find-leg.ts";
import {
  answerCaller,
  closeLeg,
  pendingLegsOf,
  closePendingLegs,
  waitsForUs,
  withLegState,
  operatorLeg,
} from "./legs.ts";
import { withdrawOffer } from "./offering.ts";
import { changed, published, withEffect } from "./step.ts";
import type { Step } from "./step.ts";
import type { Call, CallPhase } from "./call.ts";
import type { RungOperator } from "./call-event.ts";
import type { LegEndReason, MissedRing } from "./call-effect.ts";
import type { RingEnd } from "./call-view.ts";
import type { LegId, OperatorId } from "./ids.ts";

/** `ringMs`: absent: as long as usual. */
export type Ring = {
  atMs: number;
  others?: readonly RungOperator[];
  ringMs?: number | undefined;
} & RungOperator;

/** Rings an operator, or several, for the waiting caller. */
export function ringOperator(step: Step, ring: Ring): Step {
  const phase = step.call.phase;
  const { atMs, operatorId, legs, others = [], ringMs } = ring;
  const rung = [{ operatorId, legs }, ...others].filter((one) => one.legs.length > 0);
  if (phase.kind !== "queued" || rung.length === 0) return step;
  const operatorIds = rung.map((one) => one.operatorId);
  const home = withdrawOffer(step, { atMs, cause: "cancelled", reason: "cancelled" });
  const placed = rung.reduce((soFar, one) => ringDevices(soFar, { ...one, atMs }), home);
  const ringing = changed(placed, {
    phase: { kind: "ringing", wait: phase.wait, operatorIds, sinceMs: atMs, ...(ringMs !== undefined && { ringMs }) },
    firstRungAtMs: step.call.firstRungAtMs ?? atMs,
    departed: step.call.departed.filter((one) => !operatorIds.includes(one.operatorId)),
  });
  const announced = operatorIds.reduce(
    (soFar, one) => published(soFar, atMs, { type: "call-ringing", operatorId: one }),
    ringing,
  );
  const caller = callerLegOf(announced.call);
  if (caller.state.kind !== "trying") return announced;
  const alerting = withLegState(announced, caller.legId, { kind: "alerting" });
  return withEffect(alerting, { type: "progress-leg", legId: caller.legId });
}

/** Adds and places one leg per device; the first answer wins. */
export function ringDevices(step: Step, ring: Ring): Step {
  return ring.legs.reduce((soFar, planned) => {
    const { replaces } = planned;
    const { uri, nextHop, media } = planned.device;
    const leg = operatorLeg({ legId: planned.legId, operatorId: ring.operatorId, media, direction: "out" }, ring.atMs);
    return withEffect(changed(soFar, { legs: [...soFar.call.legs, leg] }), {
      type: "place-leg",
      legId: planned.legId,
      to: { kind: "device", operatorId: ring.operatorId, uri, nextHop, ...(replaces !== undefined && { replaces }) },
      media,
      caller: namedAsCaller(soFar.call, leg.peer),
      contactId: soFar.call.contactId,
      callId: soFar.call.callId,
    });
  }, step);
}

/** A device of the ringing operator answered; a leg that came in takes the call (RFC 3891). */
export function operatorAnswered(step: Step, legId: LegId, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "ringing") return step;
  const answered = withLegState(step, legId, { kind: "answered", answeredAtMs: atMs });
  const leg = findLeg(step.call, legId);
  if (leg === null) return step;
  const operatorId = leg.peer.name as OperatorId;
  const isIncoming = leg.direction === "in";
  const accepted = withEffect(answered, { type: isIncoming ? "answer-leg" : "accept-answer", legId });
  const others = phase.operatorIds.filter((one) => one !== operatorId);
  const alone = closePendingLegs(answerCaller(accepted, atMs), { atMs, reason: "answered-elsewhere" });
  const talking = changed(alone, {
    phase: { kind: "talking", operatorId, legId },
    answeredAtMs: step.call.answeredAtMs ?? atMs,
    spokenOperators: [...step.call.spokenOperators.filter((one) => one !== operatorId), operatorId],
    triedOperators: [],
  });
  const quiet = ringEnded(talking, others, { atMs, outcome: "answered-elsewhere" });
  const ended = published(quiet, atMs, { type: "call-ring-ended", operatorId, outcome: "answered" });
  return published(ended, atMs, { type: "call-answered", operatorId });
}

/** Does the call ring at this operator's, out of the line or from a colleague? Not one that is being transferred. */
export function ringsAt({ phase }: Call, operatorId: OperatorId): boolean {
  return phase.kind === "ringing" && phase.operatorIds.includes(operatorId);
}

/** Nobody is rung any more, and each is told why; the caller is in the line, at the old place. */
export function stopRinging(step: Step, end: { atMs: number; outcome: RingEnd; reason: LegEndReason }): Step {
  const phase = step.call.phase;
  if (phase.kind !== "ringing") return step;
  const quiet = changed(closePendingLegs(step, end), {
    phase: { kind: "queued", wait: phase.wait, enteredAtMs: end.atMs },
  });
  return ringEnded(quiet, phase.operatorIds, end);
}

function ringEnded(step: Step, operatorIds: readonly OperatorId[], end: { atMs: number; outcome: RingEnd }): Step {
  const { atMs, outcome } = end;
  const departed = operatorIds.map((operatorId) => ({ operatorId, why: outcome }));
  return operatorIds.reduce(
    (soFar, operatorId) => published(soFar, atMs, { type: "call-ring-ended", operatorId, outcome }),
    changed(step, { departed: [...step.call.departed, ...departed] }),
  );
}

/** Another operator takes the ringing call: the colleagues' phones stop (RFC 3326 "completed elsewhere") and the other's ring. */
export function pickUp(step: Step, ring: Ring): Step {
  const phase = step.call.phase;
  if (phase.kind !== "ringing" || phase.operatorIds.includes(ring.operatorId) || ring.legs.length === 0) return step;
  const quiet = stopRinging(step, { atMs: ring.atMs, outcome: "answered-elsewhere", reason: "answered-elsewhere" });
  return ringOperator(quiet, ring);
}

const endOfMissedRing: Record<MissedRing, LegEndReason> = {
  "no-answer": "no-answer",
  rejected: "declined",
  unreachable: "failure",
};

/** Nobody who is rung takes the call in time: back into the line, where the next one is found. */
export function nobodyAnswered(step: Step, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "ringing") return step;
  return phase.operatorIds.reduce((soFar, operatorId) => {
    return operatorMissed(soFar, operatorId, { atMs, outcome: "no-answer" });
  }, step);
}

/** An operator who is rung does not take the call; after the last one it is back in the line. */
export function operatorMissed(step: Step, operatorId: OperatorId, miss: { atMs: number; outcome: MissedRing }): Step {
  const phase = step.call.phase;
  if (phase.kind !== "ringing" || !phase.operatorIds.includes(operatorId)) return step;
  const { atMs, outcome } = miss;
  const operatorIds = phase.operatorIds.filter((one) => one !== operatorId);
  const next: CallPhase =
    operatorIds.length > 0 ? { ...phase, operatorIds } : { kind: "queued", wait: phase.wait, enteredAtMs: atMs };
  const reason = endOfMissedRing[outcome];
  const quiet = pendingLegsOf(step.call)
    .filter(({ peer }) => peer.name === operatorId)
    .reduce((soFar, { legId }) => closeLeg(soFar, legId, { atMs, reason }), step);
  const left = changed(quiet, {
    phase: next,
    triedOperators: [...step.call.triedOperators, { operatorId, outcome }],
  });
  const missed = ringEnded(left, [operatorId], { atMs, outcome });
  if (mayBeForwarded(missed.call)) return askWhereTo(missed, { operatorId, outcome });
  return step.call.queue === null ? nobodyTakesIt(missed, atMs) : missed;
}

/** Turns away a caller who is not waiting on our account (another office, a colleague): nobody is free or all have refused. */
export function nobodyTakesIt(step: Step, atMs: number, why?: "busy" | "absent"): Step {
  if (step.call.phase.kind !== "queued" || waitsForUs(step.call)) return step;
  if (step.call.callee !== undefined) return colleagueMissed(step, atMs, why);
  const tried = step.call.triedOperators;
  if (tried.some((one) => one.outcome === "rejected")) {
    return endCall(step, { atMs, cause: "refused", reason: "declined" });
  }
  const reason = tried.some((one) => one.outcome === "no-answer") ? "no-answer" : "no-operator";
  return endCall(step, { atMs, cause: "no-operator", reason });
}
