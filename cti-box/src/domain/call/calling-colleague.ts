/**
 * An operator calls a colleague from the page, or is called back because a colleague is free. The own phone rings first, so that it need not be able to dial; its
 * leg is then the caller of a call between colleagues, which goes where the colleague wants it, as one that a phone begins. It never waits in a line.
 *   dialling(own-phone) ─answer─▶ queued (who is to be rung?) ─operator-assigned─▶ ringing ─answer─▶ talking
 *       │ declined, silent          │ no-operator                                    │ not taken, nowhere to go on
 *       ▼                           ▼                                                ▼
 *     ended                       ended                                            ended
 * A ring that a restart of the box cut off is tried again, once the phones have had time to come back.
 */
import { seeksColleague } from "./callee.ts";
import { endCall } from "./ending.ts";
import { findLeg } from "./find-leg.ts";
import { changed, withEffect } from "./step.ts";
import type { DialFailure } from "./call-view.ts";
import type { LegEndReason } from "./call-effect.ts";
import type { LegId } from "./ids.ts";
import type { Step } from "./step.ts";

/** The operator's phone has answered on this leg: who is to be rung for the colleague? */
export function askerReady(step: Step, answer: { legId: LegId; atMs: number }): Step {
  const { legId, atMs } = answer;
  const leg = findLeg(step.call, legId);
  if (leg === null) return step;
  const others = step.call.legs.filter((one) => one.legId !== legId);
  const caller = changed(step, {
    legs: [{ ...leg, role: "caller" }, ...others],
    phase: { kind: "queued", wait: { sinceMs: atMs, priority: "new" }, enteredAtMs: atMs },
  });
  return seekColleague(caller);
}

/** Asks who is to be rung: the colleague, or whom the call has come to since. */
export function seekColleague(step: Step): Step {
  const { callee, forwards = [] } = step.call;
  if (!seeksColleague(step.call) || callee?.kind !== "operator") return step;
  const to = forwards.at(-1)?.to;
  const operatorId = to?.kind === "operator" ? to.operatorId : callee.operatorId;
  return withEffect(step, { type: "seek-forward", operatorId, why: "called" });
}

const reasonOf = {
  "callee-busy": "busy",
  "callee-refused": "declined",
  "callee-no-answer": "no-answer",
} as const satisfies Partial<Record<DialFailure, LegEndReason>>;

/** Nobody takes the call. `why`: what is known of whoever could not even be rung. */
export function colleagueMissed(step: Step, atMs: number, why?: "busy" | "absent"): Step {
  const tried = step.call.triedOperators;
  const isRefused = tried.some(({ outcome }) => outcome === "rejected");
  const failure = isRefused ? "callee-refused" : why === "busy" ? "callee-busy" : "callee-no-answer";
  return endCall(step, { atMs, cause: failure, reason: reasonOf[failure], departure: failure });
}
