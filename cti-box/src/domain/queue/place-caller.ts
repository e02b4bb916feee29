/**
 * Where a new caller goes: into the queue that was dialled, into the one that stands in for it, or away.
 *   open and not full ─▶ queue        closed ─▶ stand-in, or away: out of hours        full ─▶ overflow, or away: queue full
 */
import { openStateAt } from "../routing/open-state.ts";
import type { OpeningHours } from "../routing/open-state.ts";

export type QueueRules = {
  /** Null: always open. */
  hours: OpeningHours | null;
  /** Queue that answers while this one is closed; null: callers are turned away. */
  closedQueueId: string | null;
  /** Callers who may wait at the same time; null: as many as come. */
  maxLength: number | null;
  /** Queue for callers who find this one full, or have waited its whole time; null: they are turned away. */
  overflowQueueId: string | null;
};

export type TurnedAway = "out-of-hours" | "queue-full";

export type Placement =
  | { kind: "queue"; queueId: string }
  /** `queueId`: the queue that said no. */
  | { kind: "turned-away"; queueId: string; why: TurnedAway };

/** `waitingIn`: callers in the line of a queue now. Ends for every set of rules: no queue is asked twice. */
export function placeCaller(
  rules: ReadonlyMap<string, QueueRules>,
  queueId: string,
  now: { atMs: number; waitingIn: (queueId: string) => number },
): Placement {
  const asked = new Set<string>();
  let askedId = queueId;
  for (;;) {
    asked.add(askedId);
    const rule = rules.get(askedId);
    const why = rule === undefined ? null : refusalOf(rule, now.atMs, now.waitingIn(askedId));
    if (rule === undefined || why === null) return { kind: "queue", queueId: askedId };
    const next = why === "out-of-hours" ? rule.closedQueueId : rule.overflowQueueId;
    if (next === null || asked.has(next)) return { kind: "turned-away", queueId: askedId, why };
    askedId = next;
  }
}

/** Hours that cannot be read keep nobody out. */
function refusalOf(rule: QueueRules, atMs: number, waiting: number): TurnedAway | null {
  if (openStateAt(rule.hours, atMs) === "closed") return "out-of-hours";
  return rule.maxLength !== null && waiting >= rule.maxLength ? "queue-full" : null;
}
