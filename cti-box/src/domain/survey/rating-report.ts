/** How citizens rated the service after their calls, by queue. Never by operator (Legge 300/1970, art. 4). Pure. */
import type { CallRecordView } from "../call/call-record.ts";

/** `asked`: calls after which the question was put; the others of them that rated. */
export type RatingCounts = { asked: number; satisfied: number; neither: number; notSatisfied: number };
export type RatingTally = Map<string, RatingCounts>;

const nameOf = { 1: "satisfied", 2: "neither", 3: "notSatisfied" } as const;

/** The counts of a queue, which are there from now on. */
export function ratingsOf(tally: RatingTally, queueId: string): RatingCounts {
  const counts = tally.get(queueId) ?? { asked: 0, satisfied: 0, neither: 0, notSatisfied: 0 };
  tally.set(queueId, counts);
  return counts;
}

/** Changes the tally. */
export function addRating(tally: RatingTally, { queueId, survey }: Pick<CallRecordView, "queueId" | "survey">): void {
  if (survey === null || queueId === null) return;
  const counts = ratingsOf(tally, queueId);
  counts.asked += 1;
  if (survey.rating !== null) counts[nameOf[survey.rating]] += 1;
}
