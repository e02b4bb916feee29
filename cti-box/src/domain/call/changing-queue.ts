/** A waiting caller goes into another queue: by pressing a key, or because the whole time of the queue has been waited. */
import { openStateAt } from "../routing/open-state.ts";
import { withdrawOffer } from "./offering.ts";
import { stopRinging } from "./ringing.ts";
import { changed, published } from "./step.ts";
import { greet, turnAway } from "./turning-away.ts";
import type { CallQueue } from "./call.ts";
import type { Step } from "./step.ts";

/** The caller pressed the key of a queue. An operator who is being rung for the earlier queue is let go; one who has answered keeps the call. */
export function chooseQueue(step: Step, { atMs, queue }: { atMs: number; queue: CallQueue }): Step {
  const { phase } = step.call;
  if (step.call.queue === null || step.call.queue.queueId === queue.queueId) return step;
  if (phase.kind === "queued") return greet(moveToQueue(step, queue, atMs));
  if (phase.kind !== "ringing") return step;
  const missed = stopRinging(step, { atMs, outcome: "caller-gave-up", reason: "cancelled" });
  return greet(moveToQueue(missed, queue, atMs));
}

/** The caller has waited the whole time of the queue: into the one it overflows to that is open now, or out. */
export function waitedTooLong(step: Step, atMs: number): Step {
  if (step.call.phase.kind !== "queued") return step;
  const next = openQueueBehind(step.call.queue, atMs);
  return next === undefined ? turnAway(step, { atMs, cause: "no-operator" }) : moveToQueue(step, next, atMs);
}

function openQueueBehind(queue: CallQueue | null, atMs: number): CallQueue | undefined {
  let next = queue?.overflow;
  while (next !== undefined && openStateAt(next.hours ?? null, atMs) === "closed") next = next.overflow;
  return next;
}

/** The place in the line counts from the first moment, the time that may be waited from now. */
function moveToQueue(step: Step, queue: CallQueue, atMs: number): Step {
  const { phase } = step.call;
  if (phase.kind !== "queued") return step;
  const home = withdrawOffer(step, { atMs, cause: "cancelled", reason: "cancelled" });
  const moved = changed(home, {
    queue,
    phase: { kind: "queued", wait: { ...phase.wait, inQueueSinceMs: atMs }, enteredAtMs: atMs },
    triedOperators: [],
  });
  return published(moved, atMs, { type: "call-queued" });
}
