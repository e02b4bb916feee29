/**
 * A consultation call whose colleague is put through to the citizen of another call (RFC 5589 §7.1, asked for by a phone's REFER with Replaces). The
 * colleague's phone moves to the other call; until it has, this call holds it, whatever the operator who asked does: an early BYE costs nobody.
 *   talking, held ─merge-started─▶ merging ─the colleague's leg has moved, or hung up─▶ ended (merged)
 *      ▲                              │ merge-failed
 *      └── operator still there ──────┴── operator has left ─▶ ended
 *   ringing ─merge-started─▶ ended: the colleague rings for the other call
 */
import { endCall } from "./ending.ts";
import { callerLegOf } from "./find-leg.ts";
import { answeredLeg } from "./legs.ts";
import { stopRinging } from "./ringing.ts";
import { changed } from "./step.ts";
import type { Step } from "./step.ts";
import type { CallId } from "./ids.ts";

/** The operator who calls puts the colleague through to the other call. Only a call between colleagues. */
export function startMerge(step: Step, { atMs, intoCallId }: { atMs: number; intoCallId: CallId }): Step {
  const { phase, direction } = step.call;
  if (direction !== "internal") return step;
  switch (phase.kind) {
    case "talking":
    case "held":
      return changed(step, {
        phase: { kind: "merging", operatorId: phase.operatorId, legId: phase.legId, intoCallId },
      });
    case "ringing":
      return merged(stopRinging(step, { atMs, outcome: "caller-gave-up", reason: "cancelled" }), atMs);
    default:
      return step;
  }
}

/** The colleague could not be moved: the two go on talking, if the operator is still there. */
export function mergeFailed(step: Step, { atMs, intoCallId }: { atMs: number; intoCallId: CallId }): Step {
  const { phase } = step.call;
  if (phase.kind !== "merging" || phase.intoCallId !== intoCallId) return step;
  const { operatorId, legId } = phase;
  if (answeredLeg(step.call, callerLegOf(step.call).legId) === null)
    return endCall(step, { atMs, cause: "caller-hung-up", reason: "caller-gone" });
  return changed(step, { phase: { kind: "talking", operatorId, legId } });
}

/** The colleague talks in the other call, or has hung up: nothing is left of this one. */
export function merged(step: Step, atMs: number): Step {
  return endCall(step, { atMs, cause: "merged", reason: "transferred" });
}
