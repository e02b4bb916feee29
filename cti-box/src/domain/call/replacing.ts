/**
 * A phone's INVITE takes the place of a leg (RFC 3891): an operator goes on with the conversation on another own phone, also with a colleague who was called, or takes the call that rings,
 * at the own phones or at a colleague's. Whoever may do what is decided before (`application/replace-leg.ts`); what comes too late is refused here.
 *   talking, held ─leg-replaced─▶ talking, held (new leg)        ringing ─leg-replaced─▶ talking (new leg)
 */
import { callingOperatorOf } from "./callee.ts";
import { resume } from "./holding.ts";
import { callerLegOf, findLeg } from "./find-leg.ts";
import { closeLeg, operatorLeg, withLegState } from "./legs.ts";
import { operatorAnswered } from "./ringing.ts";
import { changed, published, withEffect } from "./step.ts";
import type { Call, MediaProfile } from "./call.ts";
import type { LegId, OperatorId } from "./ids.ts";
import type { Step } from "./step.ts";

export type Replacement = {
  atMs: number;
  operatorId: OperatorId;
  /** The new leg, which came in. */
  legId: LegId;
  media: MediaProfile;
  replaces: LegId;
};

export function replaceLeg(step: Step, replacement: Replacement): Step {
  const { legId, atMs, operatorId } = replacement;
  if (findLeg(step.call, legId) !== null) return step;
  const arrived = withNewLeg(step, replacement);
  const { phase } = step.call;
  const replaced = findLeg(step.call, replacement.replaces);
  const isUp = phase.kind === "talking" || phase.kind === "held";
  if (isUp && phase.legId === replacement.replaces && phase.operatorId === operatorId)
    return moved(arrived, replacement);
  if (isUp && isOwnLegOfCaller(step.call, replacement)) return callerMoved(arrived, replacement);
  const rings = replaced?.state.kind === "trying" || replaced?.state.kind === "alerting";
  if (phase.kind === "ringing" && rings && replaced.direction === "out") return taken(arrived, replacement);
  // A dialog that is over meanwhile: 603 (RFC 3891 §3).
  return closeLeg(arrived, legId, { atMs, reason: "declined" });
}

/** The conversation goes on; who had put it on hold was the other phone. */
function moved(step: Step, { legId, replaces, atMs }: Replacement): Step {
  const resumed = resume(step, "operator-phone", atMs);
  const { phase } = resumed.call;
  if (phase.kind !== "talking" && phase.kind !== "held") return step;
  const answered = withEffect(withLegState(resumed, legId, { kind: "answered", answeredAtMs: atMs }), {
    type: "answer-leg",
    legId,
  });
  return closeLeg(changed(answered, { phase: { ...phase, legId } }), replaces, { atMs, reason: "answered-elsewhere" });
}

/** Does the operator who called a colleague name the own leg? */
export function isOwnLegOfCaller(
  call: Call,
  { operatorId, replaces }: Pick<Replacement, "operatorId" | "replaces">,
): boolean {
  return callingOperatorOf(call) === operatorId && callerLegOf(call).legId === replaces;
}

/** The new leg is the caller's, which is always the first. */
function callerMoved(step: Step, { legId, replaces, atMs }: Replacement): Step {
  const resumed = resume(step, "caller", atMs);
  const arrived = findLeg(resumed.call, legId);
  if (arrived === null) return step;
  const others = resumed.call.legs.filter((leg) => leg !== arrived);
  const first = changed(resumed, { legs: [{ ...arrived, role: "caller" }, ...others] });
  const answered = withEffect(withLegState(first, legId, { kind: "answered", answeredAtMs: atMs }), {
    type: "answer-leg",
    legId,
  });
  return closeLeg(answered, replaces, { atMs, reason: "answered-elsewhere" });
}

/** The phones that ring stop, and the call is answered at once. */
function taken(step: Step, { legId, operatorId, atMs }: Replacement): Step {
  const { phase } = step.call;
  if (phase.kind !== "ringing") return step;
  if (phase.operatorIds.includes(operatorId)) return operatorAnswered(step, legId, atMs);
  const ringing = changed(step, {
    phase: { ...phase, operatorIds: [...phase.operatorIds, operatorId], sinceMs: atMs },
    departed: step.call.departed.filter((one) => one.operatorId !== operatorId),
  });
  return operatorAnswered(published(ringing, atMs, { type: "call-ringing", operatorId }), legId, atMs);
}

function withNewLeg(step: Step, { legId, operatorId, media, atMs }: Replacement): Step {
  const leg = operatorLeg({ legId, operatorId, media, direction: "in" }, atMs);
  return changed(step, { legs: [...step.call.legs, leg] });
}
