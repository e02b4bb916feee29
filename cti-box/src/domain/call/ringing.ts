/**
 * Queueing and ringing: one operator at a time, all devices of that operator together, the next one when this one does not take it.
 *   queued ─operator-assigned─▶ ringing ─answer─▶ talking
 *      ▲                          │ declined, ring time over, devices gone
 *      └──────────────────────────┘
 */
import { endCall } from "./ending.ts";
import { askWhereTo, mayBeForwarded } from "./forwarding.ts";
import { answerCaller, callerLegOf, closePendingLegs, findLeg, isCallerAnswered, withLegState } from "./legs.ts";
import { withdrawOffer } from "./offering.ts";
import { changed, published, withEffect } from "./step.ts";
import type { Step } from "./step.ts";
import type { Call, Device, Leg } from "./call.ts";
import type { PlannedDeviceLeg } from "./call-event.ts";
import type { LegEndReason, MissedRing } from "./call-effect.ts";
import type { LegId, OperatorId } from "./ids.ts";

/** `ringMs`: absent: as long as usual. */
export type Ring = {
  atMs: number;
  operatorId: OperatorId;
  legs: readonly PlannedDeviceLeg[];
  ringMs?: number | undefined;
};

/** Rings an operator for the waiting caller. */
export function ringOperator(step: Step, ring: Ring): Step {
  const phase = step.call.phase;
  if (phase.kind !== "queued" || ring.legs.length === 0) return step;
  const home = withdrawOffer(step, { atMs: ring.atMs, cause: "cancelled", reason: "cancelled" });
  const ringing = changed(ringDevices(home, ring), {
    phase: {
      kind: "ringing",
      wait: phase.wait,
      operatorId: ring.operatorId,
      sinceMs: ring.atMs,
      ...(ring.ringMs !== undefined && { ringMs: ring.ringMs }),
    },
    firstRungAtMs: step.call.firstRungAtMs ?? ring.atMs,
    departed: step.call.departed.filter((one) => one.operatorId !== ring.operatorId),
  });
  const announced = published(ringing, ring.atMs, { type: "call-ringing", operatorId: ring.operatorId });
  const caller = callerLegOf(announced.call);
  if (caller.state.kind !== "trying") return announced;
  const alerting = withLegState(announced, caller.legId, { kind: "alerting" });
  return withEffect(alerting, { type: "progress-leg", legId: caller.legId });
}

/** Adds and places one leg per device; the first answer wins. */
export function ringDevices(step: Step, ring: Ring): Step {
  return ring.legs.reduce((soFar, planned) => {
    const { replaces } = planned;
    const leg = deviceLeg(planned.legId, planned.device, ring);
    const { uri, nextHop, media } = planned.device;
    return withEffect(changed(soFar, { legs: [...soFar.call.legs, leg] }), {
      type: "place-leg",
      legId: planned.legId,
      to: { kind: "device", operatorId: ring.operatorId, uri, nextHop, ...(replaces !== undefined && { replaces }) },
      media,
      caller: soFar.call.caller,
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
  const isIncoming = findLeg(step.call, legId)?.direction === "in";
  const accepted = withEffect(answered, { type: isIncoming ? "answer-leg" : "accept-answer", legId });
  const alone = closePendingLegs(answerCaller(accepted, atMs), { atMs, reason: "answered-elsewhere" });
  const talking = changed(alone, {
    phase: { kind: "talking", operatorId: phase.operatorId, legId },
    answeredAtMs: step.call.answeredAtMs ?? atMs,
    spokenOperators: [...step.call.spokenOperators.filter((one) => one !== phase.operatorId), phase.operatorId],
    triedOperators: [],
  });
  const ringEnded = published(talking, atMs, {
    type: "call-ring-ended",
    operatorId: phase.operatorId,
    outcome: "answered",
  });
  return published(ringEnded, atMs, { type: "call-answered", operatorId: phase.operatorId });
}

/** Does the call ring at this operator's, out of the line or from a colleague? Not one that is being transferred. */
export function ringsAt({ phase }: Call, operatorId: OperatorId): boolean {
  return phase.kind === "ringing" && phase.operatorId === operatorId;
}

/** Another operator takes the ringing call: the colleague's phones stop (RFC 3326 "completed elsewhere") and the other's ring. */
export function pickUp(step: Step, ring: Ring): Step {
  const phase = step.call.phase;
  if (phase.kind !== "ringing" || phase.operatorId === ring.operatorId || ring.legs.length === 0) return step;
  const { operatorId, wait } = phase;
  const { atMs } = ring;
  const quiet = changed(closePendingLegs(step, { atMs, reason: "answered-elsewhere" }), {
    phase: { kind: "queued", wait, enteredAtMs: atMs },
    departed: [...step.call.departed, { operatorId, why: "answered-elsewhere" }],
  });
  const ended = published(quiet, atMs, { type: "call-ring-ended", operatorId, outcome: "answered-elsewhere" });
  return ringOperator(ended, ring);
}

const endOfMissedRing: Record<MissedRing, LegEndReason> = {
  "no-answer": "no-answer",
  rejected: "declined",
  unreachable: "failure",
};

/** The ringing operator did not take the call: back into the line, where the next one is found. */
export function operatorMissed(step: Step, atMs: number, outcome: MissedRing): Step {
  const phase = step.call.phase;
  if (phase.kind !== "ringing") return step;
  const { operatorId } = phase;
  const quiet = closePendingLegs(step, { atMs, reason: endOfMissedRing[outcome] });
  const queued = changed(quiet, {
    phase: { kind: "queued", wait: phase.wait, enteredAtMs: atMs },
    triedOperators: [...step.call.triedOperators, { operatorId, outcome }],
    departed: [...step.call.departed, { operatorId, why: outcome }],
  });
  const missed = published(queued, atMs, { type: "call-ring-ended", operatorId, outcome });
  if (mayBeForwarded(missed.call)) return askWhereTo(missed, { operatorId, outcome });
  return step.call.queue === null ? nobodyTakesIt(missed, atMs) : missed;
}

/** Turns away a caller who is not waiting on our account (another office, a colleague): nobody is free or all have refused. */
export function nobodyTakesIt(step: Step, atMs: number): Step {
  if (step.call.phase.kind !== "queued" || isCallerAnswered(step.call)) return step;
  const tried = step.call.triedOperators;
  if (tried.some((one) => one.outcome === "rejected")) {
    return endCall(step, { atMs, cause: "refused", reason: "declined" });
  }
  const reason = tried.some((one) => one.outcome === "no-answer") ? "no-answer" : "no-operator";
  return endCall(step, { atMs, cause: "no-operator", reason });
}

function deviceLeg(legId: LegId, device: Device, ring: Ring): Leg {
  return {
    legId,
    role: "operator",
    direction: "out",
    peer: { kind: "operator", name: ring.operatorId },
    media: device.media,
    startedAtMs: ring.atMs,
    state: { kind: "trying" },
    talkedMs: 0,
    talkingSinceMs: null,
  };
}
