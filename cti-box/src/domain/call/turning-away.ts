/**
 * Announcements of a call: the greeting, the place in the line, and the reason why nobody will answer. Only a carrier's caller is told: a call of
 * another office is refused with the reason, so that its citizen goes back to the operator there.
 */
import { endCall } from "./ending.ts";
import { callerLegOf, isCallerAnswered } from "./find-leg.ts";
import { answerCaller } from "./legs.ts";
import { withdrawOffer } from "./offering.ts";
import { changed, withEffect } from "./step.ts";
import { surveySaid } from "./surveying.ts";
import type { PromptName } from "../queue/announcement.ts";
import type { Call, TurnAwayCause } from "./call.ts";
import type { LegId } from "./ids.ts";
import type { Step } from "./step.ts";

const promptOf: Readonly<Record<TurnAwayCause, PromptName>> = {
  "out-of-hours": "out-of-hours",
  "queue-full": "queue-full",
  "no-operator": "nobody-free",
  "callback-requested": "callback-accepted",
};

/** The caller joins the line and is greeted. */
export function greet(step: Step): Step {
  if (!isCallerAnswered(step.call)) return step;
  const key = step.call.queue?.announcements?.otherLanguageKey;
  const otherLanguage: PromptName[] = key === undefined ? [] : [`other-language-${key}`];
  return announced(step, ["welcome", ...otherLanguage, ...callbackOffer(step.call)]);
}

/** The caller wants to be called back: told so, and let go with the place kept. Also out of hours, where the queue allows it. */
export function keepPlace(step: Step, atMs: number): Step {
  const isAsking = step.call.phase.kind === "queued" || mayStillAsk(step.call);
  return isAsking && isCallerAnswered(step.call) ? turnAway(step, { atMs, cause: "callback-requested" }) : step;
}

/** The caller's number is none that is called back; he stays where he is. */
export function refuseCallback(step: Step): Step {
  const isAsking = step.call.phase.kind === "queued" || mayStillAsk(step.call);
  return isAsking && isCallerAnswered(step.call) ? announced(step, ["callback-refused"]) : step;
}

/** Out of hours, while the caller is told so and shortly after. */
export function mayStillAsk({ phase, queue }: Call): boolean {
  return phase.kind === "turned-away" && phase.cause === "out-of-hours" && queue?.callback?.outOfHours === true;
}

function callbackOffer({ queue }: Call): PromptName[] {
  return queue?.callback === undefined ? [] : [`callback-${queue.callback.key}`];
}

/** Nobody will answer this caller: told why, or let go at once where nothing is announced. */
export function turnAway(step: Step, { atMs, cause }: { atMs: number; cause: TurnAwayCause }): Step {
  const isTold = step.call.queue?.announcements !== undefined && callerLegOf(step.call).peer.kind === "trunk";
  if (!isTold) return endCall(step, { atMs, cause, reason: cause });
  const home = withdrawOffer(step, { atMs, cause: "cancelled", reason: "cancelled" });
  const answered = answerCaller(home, atMs);
  const told = changed(answered, { phase: { kind: "turned-away", cause, sinceMs: atMs } });
  return announced(told, [promptOf[cause], ...(mayStillAsk(told.call) ? callbackOffer(told.call) : [])]);
}

/** An announcement is over; after the reason there is nothing more to say, but maybe a key to wait for. */
export function announcementEnded(step: Step, legId: LegId, atMs: number): Step {
  const { phase } = step.call;
  if (callerLegOf(step.call).legId !== legId) return step;
  if (phase.kind === "turned-away" && mayStillAsk(step.call) && phase.stage !== "listening")
    return changed(step, { phase: { ...phase, sinceMs: atMs, stage: "listening" } });
  return surveySaid(saidGoodbye(step, atMs), atMs);
}

export function saidGoodbye(step: Step, atMs: number): Step {
  const { phase } = step.call;
  if (phase.kind !== "turned-away") return step;
  return endCall(step, { atMs, cause: phase.cause, reason: phase.cause });
}

export function tellPlace(step: Step, atMs: number): Step {
  const { announcements } = step.call.queue ?? {};
  if (announcements === undefined) return step;
  const { legId } = callerLegOf(step.call);
  const told = changed(step, { placeToldAtMs: atMs });
  const andThen = callbackOffer(step.call);
  return withEffect(told, { type: "announce-place", legId, language: announcements.language, andThen });
}

/** When the waiting caller is to hear of the place in the line next; null: never. */
export function nextPlaceAt(call: Call): number | null {
  const everyMs = call.queue?.announcements?.everyMs;
  return everyMs === undefined || !isCallerAnswered(call) ? null : (call.placeToldAtMs ?? call.startedAtMs) + everyMs;
}

function announced(step: Step, prompts: readonly PromptName[]): Step {
  const { announcements } = step.call.queue ?? {};
  if (announcements === undefined) return step;
  const { legId } = callerLegOf(step.call);
  return withEffect(step, { type: "announce", legId, prompts, language: announcements.language });
}
