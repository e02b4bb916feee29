/**
 * A colleague's call that goes on to somebody else, as the one who was called wants it. Where to is decided outside (domain/operator/call-handling.ts).
 *   queued ─call-forwarded─▶ queued ─operator-assigned─▶ ringing ─not taken─▶ queued (asks where to go on) ─▶ …  │ no-operator ─▶ ended
 */
import { changed, published, withEffect } from "./step.ts";
import type { Call } from "./call.ts";
import type { CallForwarded } from "./call-event.ts";
import type { MissedRing } from "./call-effect.ts";
import type { OperatorId } from "./ids.ts";
import type { Step } from "./step.ts";

/** Notes one forward; a queue takes the call at once. */
export function forward(step: Step, { atMs, from, cause, to }: CallForwarded): Step {
  if (!mayBeForwarded(step.call)) return step;
  const target = to.kind === "queue" ? ({ kind: "queue", queueId: to.queue.queueId } as const) : to;
  const noted = changed(step, { forwards: [...(step.call.forwards ?? []), { from, cause, to: target, atMs }] });
  const told = published(noted, atMs, { type: "call-forwarded", from, cause, to: target });
  if (to.kind === "operator") return told;
  return published(changed(told, { queue: to.queue, triedOperators: [] }), atMs, { type: "call-queued" });
}

/** Whoever was rung did not take the call: is it to go on? The answer is `call-forwarded` or `no-operator`. */
export function askWhereTo(step: Step, missed: { operatorId: OperatorId; outcome: MissedRing }): Step {
  const why = missed.outcome === "rejected" ? "busy" : "no-answer";
  return withEffect(step, { type: "seek-forward", operatorId: missed.operatorId, why });
}

/** Only calls between colleagues, and not once they wait in a queue. */
export function mayBeForwarded({ direction, queue, phase }: Call): boolean {
  return direction === "internal" && queue === null && phase.kind === "queued";
}
