/** A timer of the call ran out. */
import { seeksColleague } from "./callee.ts";
import { seekColleague } from "./calling-colleague.ts";
import { diallingTimedOut, ownPhoneSilent } from "./dialling.ts";
import { offerFailed } from "./offering.ts";
import { parkedTooLong } from "./parking.ts";
import { nobodyAnswered } from "./ringing.ts";
import { timersOf } from "./settle.ts";
import { changed } from "./step.ts";
import { carrierSilent } from "./transfer-over-trunk.ts";
import { returnCall } from "./returning.ts";
import { surveyOver } from "./surveying.ts";
import { saidGoodbye, tellPlace } from "./turning-away.ts";
import { waitedTooLong } from "./changing-queue.ts";
import type { TimerName } from "./call-event.ts";
import type { Step } from "./step.ts";

/** Only the timer that still has to run counts; a late one changes nothing. */
export function timerFired(step: Step, event: { atMs: number; timer: TimerName; deadlineMs: number }): Step {
  const { atMs, timer } = event;
  if (timersOf(step.call).get(timer) !== event.deadlineMs) return step;
  switch (timer) {
    case "dial":
      return diallingTimedOut(step, timer, atMs);
    case "route":
      return step.call.phase.kind === "transferring" ? carrierSilent(step, atMs) : diallingTimedOut(step, timer, atMs);
    case "ring":
      if (step.call.phase.kind === "dialling") return ownPhoneSilent(step, atMs);
      return nobodyAnswered(step, atMs);
    case "retry":
      return seeksColleague(step.call) ? seekColleague(step) : changed(step, { triedOperators: [] });
    case "transfer":
      return returnCall(step, { atMs, cause: "no-answer", sipStatus: null });
    case "place":
      return tellPlace(step, atMs);
    case "goodbye":
      return saidGoodbye(step, atMs);
    case "survey":
      return surveyOver(step, atMs);
    case "park":
      return parkedTooLong(step, atMs);
    case "overflow":
      return offerFailed(step, { atMs, cause: "no-answer", sipStatus: null });
    case "max-wait":
      return waitedTooLong(step, atMs);
  }
}
