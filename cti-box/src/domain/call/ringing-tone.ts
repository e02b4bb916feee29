/**
 * Who calls a colleague or another office through the box hears that it rings there: the far end's phone cannot say it to a leg that the box has set up, and a
 * desk phone makes no tone of its own once it has answered.
 */
import { callerLegOf, isCallerAnswered } from "./find-leg.ts";
import type { Call } from "./call.ts";
import type { LegId } from "./ids.ts";

/** The leg that hears the tone now. */
export function ringingToneLegOf(call: Call): LegId | null {
  const { phase, callee } = call;
  if (callee?.kind === "operator")
    return (phase.kind === "queued" || phase.kind === "ringing") && isCallerAnswered(call)
      ? callerLegOf(call).legId
      : null;
  if (callee === undefined || phase.kind !== "dialling" || phase.stage.kind === "own-phone") return null;
  return phase.stage.attempt === "ringing" && phase.stage.media === "none" ? phase.stage.legId : null;
}
