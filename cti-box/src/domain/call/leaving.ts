/** Somebody leaves: the caller, the operator who talks, the other office. What is left of the call decides what happens next. */
import { causeOfStop, endCall } from "./ending.ts";
import { headOfLine } from "./head-of-line.ts";
import { callerLegOf } from "./find-leg.ts";
import { closeLeg, legGone } from "./legs.ts";
import { changed, published } from "./step.ts";
import { diallingLegLeft } from "./dialling.ts";
import { completeTransfer } from "./consulting.ts";
import { merged } from "./merging.ts";
import { stopRinging } from "./ringing.ts";
import { abandonTransfer, returnCall } from "./returning.ts";
import { askCitizen, isSurveyed, surveyOver } from "./surveying.ts";
import { operatorLeftTransfer } from "./transferring.ts";
import type { Step } from "./step.ts";
import type { EndCause } from "./call-view.ts";
import type { LegId, OperatorId } from "./ids.ts";

export type LegEnd = { atMs: number; legId: LegId; how: "bye" | "lost" | "closed" };

/** An answered leg ended from the far side, or its connection was lost. */
export function legLeft(step: Step, end: LegEnd): Step {
  const gone = legGone(step, end.legId, end.atMs);
  if (gone.call.phase.kind === "dialling") return diallingLegLeft(gone, end);
  if (callerLegOf(gone.call).legId === end.legId) return callerLeft(gone, end.atMs);
  const phase = gone.call.phase;
  switch (phase.kind) {
    case "talking":
    case "held":
      return phase.legId === end.legId ? operatorLeft(gone, end, phase.operatorId) : gone;
    case "transferring": {
      const isOperators = phase.operator.kind === "waiting" && phase.operator.legId === end.legId;
      return isOperators ? operatorLeftTransfer(gone) : gone;
    }
    case "consulting":
      return consultingLegLeft(gone, end.legId, end.atMs);
    case "merging":
      return phase.legId === end.legId ? merged(gone, end.atMs) : gone;
    case "transferred":
    case "overflowed":
      return phase.legId === end.legId ? connectedPartyLeft(gone, end) : gone;
    case "parked":
    case "surveying":
    case "queued":
    case "turned-away":
    case "ringing":
    case "ended":
      return gone;
  }
}

/** The caller is gone, whatever the phase was. */
export function callerLeft(step: Step, atMs: number): Step {
  const phase = step.call.phase;
  const gone = { atMs, reason: "caller-gone" } as const;
  switch (phase.kind) {
    case "queued":
      return endCall(step, { ...gone, cause: "caller-gave-up" });
    case "turned-away":
      return endCall(step, { ...gone, cause: phase.cause });
    case "ringing":
      return endCall(stopRinging(step, { ...gone, outcome: "caller-gave-up" }), { ...gone, cause: "caller-gave-up" });
    case "transferring":
    case "consulting":
      return endCall(abandonTransfer(step, { atMs, cause: "caller-hung-up", sipStatus: null }), {
        ...gone,
        cause: "caller-hung-up",
      });
    case "surveying":
      return surveyOver(step, atMs);
    case "dialling":
    case "parked":
    case "talking":
    case "held":
    case "transferred":
    case "overflowed":
      return endCall(step, { ...gone, cause: "caller-hung-up" });
    // The colleague is on the way to the citizen.
    case "merging":
    case "ended":
      return step;
  }
}

/** The operator's own wish ends the call; a lost connection does not: the citizen goes back to the head of the line. */
function operatorLeft(step: Step, end: LegEnd, operatorId: OperatorId): Step {
  if (end.how === "bye" && isSurveyed(step.call)) return askCitizen(step, operatorId, end.atMs);
  if (end.how === "bye") return ended(step, end.atMs, "operator-hung-up");
  return operatorLost(step, end.atMs, operatorId);
}

/** The other office, likewise: it hung up, or its connection was lost. */
function connectedPartyLeft(step: Step, { atMs, how }: LegEnd): Step {
  if (how === "bye" || step.call.queue === null) return ended(step, atMs, "connected-party-hung-up");
  return published(changed(step, { phase: headOfLine(step.call, atMs) }), atMs, { type: "call-queued" });
}

/** The operator's phone or its media failed while talking. */
export function operatorLost(step: Step, atMs: number, operatorId: OperatorId): Step {
  if (step.call.queue === null) return ended(step, atMs, "network-failure");
  const requeued = changed(step, {
    phase: headOfLine(step.call, atMs),
    triedOperators: [...step.call.triedOperators, { operatorId, outcome: "unreachable" }],
    departed: [...step.call.departed, { operatorId, why: "unreachable" }],
  });
  return published(requeued, atMs, { type: "call-queued" });
}

/** Media of a leg that talks failed: the leg is of no more use. */
export function mediaLeft(step: Step, legId: LegId, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind === "ended") return step;
  const isOperators = (phase.kind === "talking" || phase.kind === "held") && phase.legId === legId;
  if (isOperators) {
    return operatorLost(closeLeg(step, legId, { atMs, reason: "failure" }), atMs, phase.operatorId);
  }
  const isWaitingOperators =
    phase.kind === "transferring" && phase.operator.kind === "waiting" && phase.operator.legId === legId;
  if (isWaitingOperators) return operatorLeftTransfer(closeLeg(step, legId, { atMs, reason: "failure" }));
  if (phase.kind === "consulting" && callerLegOf(step.call).legId !== legId) {
    return consultingLegLeft(closeLeg(step, legId, { atMs, reason: "failure" }), legId, atMs);
  }
  if (phase.kind === "merging" && phase.legId !== legId) return closeLeg(step, legId, { atMs, reason: "failure" });
  return endCall(withFailedTransfer(step, atMs), { atMs, cause: "media-failure", reason: "failure" });
}

/** The box is being stopped: every leg is told. */
export function boxStopping(step: Step, atMs: number): Step {
  return endCall(withFailedTransfer(step, atMs), { atMs, cause: causeOfStop(step), reason: "failure" });
}

/** A transfer under way fails because the call ends: nobody gets the citizen back. */
function withFailedTransfer(step: Step, atMs: number): Step {
  return abandonTransfer(step, { atMs, cause: "failed", sipStatus: null });
}

/** The operator who leaves hands the citizen over; the other side's leaving brings the citizen back. */
function consultingLegLeft(step: Step, legId: LegId, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "consulting") return step;
  if (phase.operatorLegId === legId) return completeTransfer(step, atMs);
  if (phase.targetLegId === legId) return returnCall(step, { atMs, cause: "target-hung-up", sipStatus: null });
  return step;
}

function ended(step: Step, atMs: number, cause: EndCause): Step {
  return endCall(step, { atMs, cause, reason: "hung-up" });
}
