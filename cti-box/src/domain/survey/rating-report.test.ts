import { expect, test } from "vitest";
import { addRating } from "./rating-report.ts";
import type { RatingTally } from "./rating-report.ts";

test("ratings are counted by queue; who was not asked is not counted, who did not answer is counted as asked", () => {
  const tally: RatingTally = new Map();
  const of = (queueId: string | null, ...ratings: (1 | 2 | 3 | null)[]): void => {
    for (const rating of ratings) addRating(tally, { queueId, survey: { rating } });
  };
  of("urp", 1, 1, 2, 3, null);
  of("tributi", 3);
  of(null, 1);
  addRating(tally, { queueId: "urp", survey: null });
  expect([...tally]).toEqual([
    ["urp", { asked: 5, satisfied: 2, neither: 1, notSatisfied: 1 }],
    ["tributi", { asked: 1, satisfied: 0, neither: 0, notSatisfied: 1 }],
  ]);
});
