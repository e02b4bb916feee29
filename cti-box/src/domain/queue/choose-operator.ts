/**
 * Which of the free operators gets the next call of a queue. An operator is rung on all of the operator's devices; one at a time, but for ring-all.
 *   longest-idle: who has been without a call longest       priority: the lowest number first, the longest idle among equals
 *   round-robin: the next one in the order of the configuration after the one rung last
 *   ring-all: everybody who is free, the first answer wins
 */
import { presenceOf } from "../operator/operator-desk.ts";
import { hasSkills } from "./skills.ts";
import type { OperatorId } from "../call/ids.ts";
import type { DeskEntry } from "../operator/operator-desk.ts";
import type { RequiredSkills } from "./skills.ts";

export type Distribution = "longest-idle" | "round-robin" | "priority" | "ring-all";

export type OperatorWanted = {
  queueId: string;
  distribution: Distribution;
  required: RequiredSkills;
  except: readonly OperatorId[];
  /** `one`: also in a queue that rings all. */
  rings?: "one";
  /** Rung last for this queue; null: nobody yet. */
  lastRung: OperatorId | null;
  nowMs: number;
};

/** Those to ring now; nobody when nobody of the queue with the skills is free. `entries` in the order of the configuration. */
export function chooseOperators(entries: Iterable<DeskEntry>, wanted: OperatorWanted): DeskEntry[] {
  const all = [...entries];
  if (wanted.distribution === "ring-all" && wanted.rings !== "one")
    return all.filter((entry) => isEligible(entry, wanted)).toSorted((a, b) => a.idleSinceMs - b.idleSinceMs);
  return [chooseOne(all, wanted) ?? []].flat();
}

function chooseOne(all: readonly DeskEntry[], wanted: OperatorWanted): DeskEntry | null {
  const free = all.filter((entry) => isEligible(entry, wanted));
  const first = free[0];
  if (first === undefined) return null;
  switch (wanted.distribution) {
    case "ring-all":
    case "longest-idle":
      return best(free, (entry) => [entry.idleSinceMs]);
    case "priority":
      return best(free, (entry) => [entry.priority, entry.idleSinceMs]);
    case "round-robin": {
      const last = all.findIndex((entry) => entry.operatorId === wanted.lastRung);
      return free.find((entry) => all.indexOf(entry) > last) ?? first;
    }
  }
}

function isEligible(entry: DeskEntry, { queueId, required, except, nowMs }: OperatorWanted): boolean {
  if (!entry.queueIds.includes(queueId) || except.includes(entry.operatorId)) return false;
  return hasSkills(entry.skills, required) && presenceOf(entry, nowMs) === "available";
}

/** The entry with the smallest marks, compared one after the other; the earlier one among equals. */
function best(entries: readonly DeskEntry[], marksOf: (entry: DeskEntry) => readonly number[]): DeskEntry | null {
  let found: DeskEntry | null = null;
  let lowest: readonly number[] = [];
  for (const entry of entries) {
    const marks = marksOf(entry);
    if (found !== null && !isLess(marks, lowest)) continue;
    found = entry;
    lowest = marks;
  }
  return found;
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  const differing = one.findIndex((mark, index) => mark !== other[index]);
  return differing >= 0 && (one[differing] ?? 0) < (other[differing] ?? 0);
}
