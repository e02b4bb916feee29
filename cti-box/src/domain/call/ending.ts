/** The end of a call: every open leg is closed, everybody's part is over, and `ended` is final. */
import { closeLeg, isOpen } from "./legs.ts";
import { withdrawOffer } from "./offering.ts";
import { engagementsOf } from "./summary.ts";
import { changed, published } from "./step.ts";
import type { Call } from "./call.ts";
import type { Step } from "./step.ts";
import type { DialFailure, EndCause } from "./call-view.ts";
import type { LegEndReason } from "./call-effect.ts";

/** `departure`: what the operators in the call are told; by default that it has ended. */
export type Ending = { atMs: number; cause: EndCause; reason: LegEndReason; departure?: DialFailure | "no-answer" };

/** Ends the call now. `reason` is what the legs that are still open are told. */
export function endCall(step: Step, ending: Ending): Step {
  if (step.call.phase.kind === "ended") return step;
  const why: Call["departed"][number]["why"] = ending.departure ?? "ended";
  const leaving = [...engagementsOf(step.call).keys()].map((operatorId) => ({ operatorId, why }));
  const cause = ending.reason === "caller-gone" ? "caller-hung-up" : "failed";
  const home = withdrawOffer(step, { atMs: ending.atMs, cause, reason: ending.reason });
  const quiet = home.call.legs
    .filter(isOpen)
    .reduce((soFar, leg) => closeLeg(soFar, leg.legId, { atMs: ending.atMs, reason: ending.reason }), home);
  const ended = changed(quiet, {
    phase: { kind: "ended", cause: ending.cause, atMs: ending.atMs },
    departed: [...step.call.departed, ...leaving],
  });
  return published(ended, ending.atMs, { type: "call-ended", endCause: ending.cause });
}

/** Of a call that the box's own stop ends. Whoever was being let go is let go for the reason that was told: a call back that was promised is not forgotten. */
export function causeOfStop({ call: { phase } }: Step): EndCause {
  return phase.kind === "turned-away" ? phase.cause : "box-restarted";
}
