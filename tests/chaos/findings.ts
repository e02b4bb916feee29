/** What is counted of a box that is killed: what people would notice. */
import type { ErrandKind } from "./errands.ts";

export type ChaosFindings = {
  calls: number;
  /** Citizens whose call was ended by the box before they hung up. */
  callsLost: number;
  /** Calls without exactly one ended record: citizens', and those that the box had promised to place. */
  recordsLost: number;
  /** Tickets that are not where their citizen is, in the box's record, at the hub or in a bridge. */
  ticketsLost: number;
  ticketsDoubled: number;
  /** Public events that were told twice, and cursors that were left out. */
  eventsDoubled: number;
  errands: Record<ErrandKind, { completed: number; failed: number; underWayAtKills: number }>;
  kills: number;
  /** From each kill to the answer to a re-INVITE that a telephone sent right after it, in seconds: the worst and the median. */
  controlBackSeconds: { worst: number; median: number };
  /** From each kill until the page shows its call and takes commands again. */
  pageBackSeconds: { worst: number; median: number };
  /** The page's own hang-up has ended its call, at the end of it all. */
  pageHungUp: boolean;
  /** Citizens who hear an operator at the end. */
  hearing: number;
  /** Calls that the box says to have left something of behind. */
  leftovers: number;
};

export function worstAndMedian(seconds: readonly number[]): { worst: number; median: number } {
  const sorted = seconds.toSorted((one, other) => one - other);
  return { worst: sorted.at(-1) ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}
