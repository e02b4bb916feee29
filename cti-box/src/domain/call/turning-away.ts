/**
 * Announcements of a call: the greeting, the place in the line, and the reason why nobody will answer. Only a carrier's caller is told: a call of
 * another office is refused with the reason, so that its citizen goes back to the operator there.
 */
import { endCall } from "./ending.ts";
import { answerCaller, callerLegOf, isCallerAnswered } from "./legs.ts";
import { withdrawOffer } from "./offering.ts";
import { changed, withEffect } from "./step.ts";
import type { PromptName } from "../queue/announcement.ts";
import type { Call, TurnAwayCause } from "./call.ts";
import type { LegId } from "./ids.ts";
import type { Step } from "./step.ts";

const promptOf: Readonly<Record<TurnAwayCause, PromptName>> = {
  "out-of-hours": "out-of-hours",
  "queue-full": "queue-full",
  "no-operator": "nobody-free",
};

/** The caller joins the line and is greeted. */
export function greet(step: Step): Step {
  if (!isCallerAnswered(step.call)) return step;
  const key = step.call.queue?.announcements?.otherLanguageKey;
  return announced(step, key === undefined ? ["welcome"] : ["welcome", `other-language-${key}`]);
}

/** Nobody will answer this caller: told why, or let go at once where nothing is announced. */
export function turnAway(step: Step, { atMs, cause }: { atMs: number; cause: TurnAwayCause }): Step {
  const isTold = step.call.queue?.announcements !== undefined && callerLegOf(step.call).peer.kind === "trunk";
  if (!isTold) return endCall(step, { atMs, cause, reason: cause });
  const home = withdrawOffer(step, { atMs, cause: "cancelled", reason: "cancelled" });
  const answered = answerCaller(home, atMs);
  return announced(changed(answered, { phase: { kind: "turned-away", cause, sinceMs: atMs } }), [promptOf[cause]]);
}

/** An announcement is over; after the reason there is nothing more to say. */
export function announcementEnded(step: Step, legId: LegId, atMs: number): Step {
  return callerLegOf(step.call).legId === legId ? saidGoodbye(step, atMs) : step;
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
  return withEffect(told, { type: "announce-place", legId, language: announcements.language });
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
