/**
 * After the call: the operator has hung up and is free, and the citizen is asked how the service was. Only a carrier's caller is asked, by the office
 * whose operator spoke last, and never after a transfer to another office.
 *
 *   talking ─operator hangs up─▶ surveying(asking) ─1, 2 or 3─▶ surveying(thanking) ─told─▶ ended
 *               another key: asked again, once          no answer in time, the citizen hangs up ─▶ ended
 */
import { endCall } from "./ending.ts";
import { callerLegOf, isCallerAnswered } from "./find-leg.ts";
import { changed, published, withEffect } from "./step.ts";
import type { PromptName } from "../queue/announcement.ts";
import type { Call, CallPhase, Rating } from "./call.ts";
import type { OperatorId } from "./ids.ts";
import type { Step } from "./step.ts";

type Surveying = Extract<CallPhase, { kind: "surveying" }>;

/** From the question to the end; the question itself takes ten seconds. */
const longestAnswerMs = 25_000;
const longestThanksMs = 10_000;

export function isSurveyed(call: Call): boolean {
  const caller = callerLegOf(call);
  return (
    call.direction === "in" &&
    call.queue?.survey !== undefined &&
    caller.peer.kind === "trunk" &&
    isCallerAnswered(call)
  );
}

/** The operator's part is over. */
export function askCitizen(step: Step, operatorId: OperatorId, atMs: number): Step {
  const asked = changed(step, {
    phase: { kind: "surveying", stage: "asking", sinceMs: atMs },
    survey: { rating: null },
    departed: [...step.call.departed, { operatorId, why: "ended" }],
  });
  return said(asked, "survey");
}

export function surveyAnswered(step: Step, rating: Rating | null, atMs: number): Step {
  return rating === null ? misunderstood(step, atMs) : rated(step, rating, atMs);
}

/** One rating per call: what is pressed after it counts no more. */
function rated(step: Step, rating: Rating, atMs: number): Step {
  const { phase } = step.call;
  if (phase.kind !== "surveying" || phase.stage === "thanking") return step;
  const thanked = changed(step, { phase: { kind: "surveying", stage: "thanking", sinceMs: atMs }, survey: { rating } });
  return said(published(thanked, atMs, { type: "call-rated", rating }), "survey-thanks");
}

function misunderstood(step: Step, atMs: number): Step {
  const { phase } = step.call;
  if (phase.kind !== "surveying" || phase.stage !== "asking") return step;
  return said(changed(step, { phase: { kind: "surveying", stage: "asked-again", sinceMs: atMs } }), "survey");
}

/** After the thanks there is nothing more to say; after the question the citizen has time to answer. */
export function surveySaid(step: Step, atMs: number): Step {
  const { phase } = step.call;
  return phase.kind === "surveying" && phase.stage === "thanking" ? surveyOver(step, atMs) : step;
}

/** The conversation had ended before, and that is why the call ends. */
export function surveyOver(step: Step, atMs: number): Step {
  return endCall(step, { atMs, cause: "operator-hung-up", reason: "hung-up" });
}

export function surveyEndsAt({ stage, sinceMs }: Surveying): number {
  return sinceMs + (stage === "thanking" ? longestThanksMs : longestAnswerMs);
}

function said(step: Step, prompt: PromptName): Step {
  const { survey } = step.call.queue ?? {};
  if (survey === undefined) return step;
  const { legId } = callerLegOf(step.call);
  return withEffect(step, { type: "announce", legId, prompts: [prompt], language: survey.language });
}
