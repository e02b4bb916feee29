/**
 * A call that an operator makes. The operator's own phone is called first, so that there is audio when the citizen answers; then the citizen,
 * over one trunk after the other until one takes the call, or another office (calling-office.ts), or a colleague (calling-colleague.ts).
 *   own-phone ─answer─▶ citizen(calling ─100─▶ trying ─180─▶ ringing) ─200─▶ talking
 *       │ declined, silent         │ ▲ 503, refused by the carrier, silent: next route
 *       ▼                          ▼ busy, no answer, unknown number, operator hangs up, no route left
 *     ended                      ended
 */
import { askerReady } from "./calling-colleague.ts";
import { inviteOffice } from "./calling-office.ts";
import { namedAsCaller } from "./connected-parties.ts";
import { endCall } from "./ending.ts";
import { closePendingLegs, isOpen, operatorLeg, pendingLegsOf, trunkLeg, withLegState } from "./legs.ts";
import { ringDevices } from "./ringing.ts";
import { nothingYet } from "./start-call.ts";
import { changed, published, withEffect } from "./step.ts";
import { dialFailureOf, isRouteFailure } from "../trunk/route-failure.ts";
import type { Step } from "./step.ts";
import type { CallPhase, Leg } from "./call.ts";
import type { CallPlacement } from "./call-event.ts";
import type { PlannedTrunkLeg } from "../trunk/trunk-route.ts";
import type { DialFailure, EndCause } from "./call-view.ts";
import type { LegEndReason } from "./call-effect.ts";
import type { LegId, OperatorId } from "./ids.ts";

type Dialling = Extract<CallPhase, { kind: "dialling" }>;

/** The operator's own phones ring. */
export function startDialling(placement: CallPlacement): Step {
  const { type: _type, atMs, operatorId, legs, routes, officeRoute, dialledOn, ...facts } = placement;
  const isColleague = facts.callee?.kind === "operator";
  const call = {
    ...facts,
    ...nothingYet,
    direction: isColleague ? "internal" : "out",
    origin: null,
    startedAtMs: atMs,
    legs: [],
    phase: { kind: "dialling", operatorId, sinceMs: atMs, stage: { kind: "own-phone" }, routes, officeRoute },
  } as const;
  if (dialledOn !== undefined) return dialledOnPhone({ call, effects: [] }, { ...dialledOn, operatorId, atMs });
  const offered = published(ringDevices({ call, effects: [] }, { atMs, operatorId, legs }), atMs, {
    type: "call-offered",
  });
  return published(offered, atMs, { type: "call-ringing", operatorId });
}

/** The phone that the operator dialled on is answered at once, so that the carrier is heard before the citizen answers. */
function dialledOnPhone(
  step: Step,
  phone: { legId: LegId; media: Leg["media"]; operatorId: OperatorId; atMs: number },
): Step {
  const { legId, media, operatorId, atMs } = phone;
  const leg = operatorLeg({ legId, operatorId, media, direction: "in" }, atMs);
  const offered = published(changed(step, { legs: [leg] }), atMs, { type: "call-offered" });
  const ringing = published(offered, atMs, { type: "call-ringing", operatorId });
  const answered = withLegState(ringing, legId, { kind: "answered", answeredAtMs: atMs });
  const phase = diallingOf(answered);
  if (phase === null) return answered;
  return operatorReady(withEffect(answered, { type: "answer-leg", legId }), phase, { legId, atMs });
}

/** The operator picked up, or the citizen did. */
export function diallingAnswered(step: Step, legId: LegId, atMs: number): Step {
  const phase = diallingOf(step);
  if (phase === null) return step;
  const answered = withLegState(step, legId, { kind: "answered", answeredAtMs: atMs });
  const accepted = withEffect(answered, { type: "accept-answer", legId });
  return phase.stage.kind === "own-phone"
    ? operatorReady(accepted, phase, { legId, atMs })
    : citizenAnswered(accepted, phase, atMs);
}

/** The carrier has the INVITE. */
export function routeTaken(step: Step, legId: LegId): Step {
  return withAttempt(step, legId, "trying");
}

/** The citizen's phone rings. */
export function citizenAlerts(step: Step, legId: LegId): Step {
  return withAttempt(step, legId, "ringing");
}

/** The carrier lets its network be heard before the answer: the operator hears the ringing, or why there will be no answer. */
export function citizenHeard(step: Step, legId: LegId): Step {
  const phase = diallingOf(step);
  const citizen = step.call.legs[0];
  if (
    phase === null ||
    phase.stage.kind === "own-phone" ||
    citizen?.legId !== legId ||
    (citizen.state.kind !== "trying" && citizen.state.kind !== "alerting")
  )
    return step;
  const heard = changed(step, { phase: { ...phase, stage: { ...phase.stage, media: "early" } } });
  return withEffect(heard, { type: "accept-answer", legId });
}

/** A leg that was called did not come about: a phone of the operator's, or the citizen over this trunk. */
export function diallingFailed(
  step: Step,
  leg: Leg,
  answer: { atMs: number; status: number; q850: number | null },
): Step {
  const phase = diallingOf(step);
  if (phase === null) return step;
  const { atMs } = answer;
  if (phase.stage.kind === "own-phone") {
    return pendingLegsOf(step.call).length === 0 || isDeclined(answer.status) ? ownPhoneSilent(step, atMs) : step;
  }
  const hasRung = leg.state.kind === "alerting";
  if (step.call.callee === undefined && isRouteFailure({ ...answer, hasRung })) return nextRoute(step, phase, atMs);
  return unanswered(step, atMs, dialFailureOf({ ...answer, hasRung }));
}

/** Nobody took the operator's own phone: no citizen was disturbed. */
export function ownPhoneSilent(step: Step, atMs: number): Step {
  return endCall(step, { atMs, cause: "no-operator", reason: "no-answer", departure: "no-answer" });
}

/** `route`: this carrier says nothing; `dial`: the citizen does not answer. */
export function diallingTimedOut(step: Step, timer: "dial" | "route", atMs: number): Step {
  const phase = diallingOf(step);
  if (phase === null) return step;
  if (timer === "dial") return unanswered(step, atMs, "callee-no-answer");
  return nextRoute(closePendingLegs(step, { atMs, reason: "no-answer" }), phase, atMs);
}

/** A leg that was answered, or rang, has ended. */
export function diallingLegLeft(step: Step, end: { atMs: number; legId: LegId; how: "bye" | "lost" | "closed" }): Step {
  const phase = diallingOf(step);
  if (phase === null || phase.stage.kind === "own-phone" || phase.stage.legId !== end.legId) return step;
  const cause: EndCause = end.how === "bye" ? "operator-hung-up" : "network-failure";
  return endCall(step, { atMs: end.atMs, cause, reason: "cancelled" });
}

/** The citizen is called over the next trunk; with none left the call ends. */
function nextRoute(step: Step, phase: Dialling, atMs: number): Step {
  const { stage, routes } = phase;
  if (stage.kind === "own-phone") return step;
  const [route, ...later] = routes;
  return route === undefined
    ? unanswered(step, atMs, "no-trunk")
    : callCitizen(step, { ...phase, routes: later }, { route, legId: stage.legId, atMs });
}

function operatorReady(step: Step, phase: Dialling, answer: { legId: LegId; atMs: number }): Step {
  const { legId, atMs } = answer;
  const alone = closePendingLegs(step, { atMs, reason: "answered-elsewhere" });
  const ready = published(alone, atMs, { type: "call-ring-ended", operatorId: phase.operatorId, outcome: "answered" });
  if (step.call.callee?.kind === "operator") return askerReady(ready, answer);
  const { officeRoute, ...rest } = phase;
  const waiting = { ...rest, stage: citizenStage(legId, atMs, 0) };
  const called = changed(ready, { phase: waiting });
  return officeRoute === undefined ? nextRoute(called, waiting, atMs) : inviteOffice(called, officeRoute, atMs);
}

function citizenStage(legId: LegId, atMs: number, failoverMs: number): Dialling["stage"] {
  return { kind: "citizen", legId, attempt: "calling", media: "none", attemptSinceMs: atMs, failoverMs };
}

function callCitizen(step: Step, phase: Dialling, via: { route: PlannedTrunkLeg; legId: LegId; atMs: number }): Step {
  const { route, legId, atMs } = via;
  const { trunkId, uri, callerId, failoverMs, numberKind } = route;
  const called = changed(step, {
    phase: { ...phase, stage: citizenStage(legId, atMs, failoverMs) },
    legs: [trunkLeg(route, { role: "caller", atMs }), ...step.call.legs],
  });
  const { contactId, callId } = step.call;
  const caller = namedAsCaller(step.call, { kind: "trunk", name: trunkId });
  const to = { kind: "trunk", trunkId, uri, nextHop: null, callerId, ...(numberKind && { numberKind }) } as const;
  return withEffect(called, { type: "place-leg", legId: route.legId, to, media: "rtp", caller, contactId, callId });
}

function citizenAnswered(step: Step, phase: Dialling, atMs: number): Step {
  const { operatorId, stage } = phase;
  if (stage.kind === "own-phone") return step;
  const talking = changed(step, {
    phase: { kind: "talking", operatorId, legId: stage.legId },
    answeredAtMs: atMs,
    spokenOperators: [operatorId],
  });
  return published(talking, atMs, { type: "call-answered", operatorId });
}

const reasonOf: Record<DialFailure, LegEndReason> = {
  "callee-busy": "busy",
  "callee-no-answer": "no-answer",
  "callee-refused": "declined",
  "callee-not-reachable": "failure",
  "callee-unknown": "unknown-number",
  "no-trunk": "failure",
};

function unanswered(step: Step, atMs: number, failure: DialFailure): Step {
  return endCall(step, { atMs, cause: failure, reason: reasonOf[failure], departure: failure });
}

function withAttempt(step: Step, legId: LegId, attempt: "trying" | "ringing"): Step {
  const phase = diallingOf(step);
  const citizen = step.call.legs[0];
  if (phase === null || phase.stage.kind === "own-phone" || citizen?.legId !== legId || !isOpen(citizen)) return step;
  if (phase.stage.attempt === attempt || phase.stage.attempt === "ringing") return step;
  return changed(step, { phase: { ...phase, stage: { ...phase.stage, attempt } } });
}

function diallingOf(step: Step): Dialling | null {
  return step.call.phase.kind === "dialling" ? step.call.phase : null;
}

/** 603 and 480 are the operator's own refusal, on whichever phone. */
function isDeclined(status: number): boolean {
  return status === 603 || status === 480;
}
