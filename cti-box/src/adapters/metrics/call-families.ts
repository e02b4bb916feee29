/** Calls, queues and operators as they are now. */
import type { Family, Sample } from "../../../sip-engine/engine.ts";
import type { OfficeFiguresView } from "../../application/use-cases.ts";
import { byLabel, counter, gauge } from "./family.ts";

export function callFamilies({ calls, operators }: OfficeFiguresView): Family[] {
  const states = gauge("la2_calls", "Calls now, by state.", byLabel("state", calls));
  // Of a small office the figures would be about a person, and Prometheus would keep them.
  if (operators === null) return [states];
  return [states, gauge("la2_operators", "Operators who are signed in, by state.", byLabel("state", operators))];
}

export function queueFamilies({ queues }: OfficeFiguresView): Family[] {
  const perQueue = (valueOf: (queue: OfficeFiguresView["queues"][number]) => number): Sample[] =>
    queues.map((queue) => ({ labels: { queue: queue.queueId }, value: valueOf(queue) }));
  const outcomes = queues.flatMap(({ queueId, today }): Sample[] =>
    Object.entries({ answered: today.answered, abandoned: today.abandoned, "turned-away": today.turnedAway }).map(
      ([outcome, value]) => ({ labels: { queue: queueId, outcome }, value }),
    ),
  );
  return [
    gauge(
      "la2_queue_waiting_calls",
      "Callers who wait in the queue now.",
      perQueue(({ now }) => now.waiting),
    ),
    gauge(
      "la2_queue_longest_wait_seconds",
      "How long the oldest of them has waited; 0 when nobody waits.",
      perQueue(({ now }) => now.longestWaitMs / 1_000),
    ),
    gauge(
      "la2_queue_talking_calls",
      "Calls of the queue that were answered and go on.",
      perQueue(({ now }) => now.talking),
    ),
    ...callbackFamilies(queues),
    // A counter that begins anew at midnight and goes on after a restart: Prometheus takes a fall for a new beginning.
    counter("la2_queue_calls_total", "Calls that came to the queue today, by what became of them.", outcomes),
  ];
}

/** Queues that offer no call back are left out. */
function callbackFamilies(queues: OfficeFiguresView["queues"]): Family[] {
  const pending = queues.flatMap(({ queueId, callbacks }): Sample[] =>
    callbacks === null ? [] : [{ labels: { queue: queueId }, value: callbacks }],
  );
  const meaning = "Citizens who kept their place in the queue and are still to be called back.";
  return pending.length === 0 ? [] : [gauge("la2_queue_pending_callbacks", meaning, pending)];
}
