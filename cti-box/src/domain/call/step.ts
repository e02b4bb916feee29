/** One step of a call: the call after an event and what the world has to do about it, in order. Small algebra to write steps with. */
import { summaryOf } from "./summary.ts";
import type { Call } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import type { PublicCallHappening } from "./call-view.ts";

export type Step = { call: Call; effects: readonly CallEffect[] };

/** An event that does not apply. */
export function unchanged(call: Call): Step {
  return { call, effects: [] };
}

export function changed(step: Step, change: Partial<Call>): Step {
  return { call: { ...step.call, ...change }, effects: step.effects };
}

export function withEffect(step: Step, effect: CallEffect): Step {
  return { call: step.call, effects: [...step.effects, effect] };
}

/** Publishes with the call as it is at this point of the step. */
export function published(step: Step, atMs: number, happening: PublicCallHappening): Step {
  return withEffect(step, { type: "publish", happening: { atMs, call: summaryOf(step.call), ...happening } });
}
