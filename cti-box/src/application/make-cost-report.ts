/** The reports on minutes kept on-net and on ratings, made from the records of a span of time. */
import { addRecord, emptyTally, reportOf } from "../domain/cost/cost-report.ts";
import type { PriceList } from "../domain/cost/price-list.ts";
import { addTotal, isMonthWithin, type MonthlyTotal } from "../domain/retention/monthly-totals.ts";
import { addRating, type RatingTally } from "../domain/survey/rating-report.ts";
import type { CallQueries, OfficeReports } from "./use-cases.ts";

/** Of records that are not kept any more, whole months count. */
export function officeReports(
  from: Pick<CallQueries, "recordPages"> & { monthlyTotals(): Promise<MonthlyTotal[]> },
  prices: PriceList | null,
): OfficeReports {
  return {
    ratings: async (span) => {
      const tally: RatingTally = new Map();
      for await (const page of from.recordPages(span)) for (const record of page) addRating(tally, record);
      return tally;
    },
    onNet: async (span) => {
      const tally = emptyTally(prices);
      for await (const page of from.recordPages(span)) for (const record of page) addRecord(tally, record);
      for (const total of await from.monthlyTotals()) if (isMonthWithin(total.month, span)) addTotal(tally, total);
      return { currency: prices?.currency ?? null, report: reportOf(tally) };
    },
  };
}
