/** The reports on minutes kept on-net, on ratings and on transfers, made from the records of a span of time and from the sums of those that are gone. */
import { addRecord, emptyTally, reportOf } from "../domain/cost/cost-report.ts";
import {
  addRatingTotal,
  addTotal,
  addTransferTotal,
  isMonthWithin,
  type MonthlyTotal,
} from "../domain/retention/monthly-totals.ts";
import { addRating, type RatingTally } from "../domain/survey/rating-report.ts";
import { addTransfers, emptyTransferTally } from "../domain/transfer/transfer-report.ts";
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { PriceList } from "../domain/cost/price-list.ts";
import type { OfficeReports, ReportSpan } from "./office-reports.ts";
import type { CallQueries } from "./use-cases.ts";

type Sources = Pick<CallQueries, "recordPages"> & { monthlyTotals(): Promise<MonthlyTotal[]> };

export function officeReports(from: Sources, prices: PriceList | null): OfficeReports {
  return {
    onNet: async (span) => {
      const tally = await filled(from, span, { tally: emptyTally(prices), addRecord, addTotal });
      return { currency: prices?.currency ?? null, report: reportOf(tally) };
    },
    ratings: (span) =>
      filled(from, span, { tally: new Map() as RatingTally, addRecord: addRating, addTotal: addRatingTotal }),
    transfers: (span) =>
      filled(from, span, { tally: emptyTransferTally(), addRecord: addTransfers, addTotal: addTransferTotal }),
  };
}

type Filling<Tally> = {
  tally: Tally;
  addRecord: (tally: Tally, record: CallRecordView) => void;
  addTotal: (tally: Tally, total: MonthlyTotal) => void;
};

async function filled<Tally>(
  from: Sources,
  span: ReportSpan,
  { tally, addRecord: addOne, addTotal: addMonth }: Filling<Tally>,
): Promise<Tally> {
  for await (const page of from.recordPages(span)) for (const record of page) addOne(tally, record);
  for (const total of await from.monthlyTotals()) if (isMonthWithin(total.month, span)) addMonth(tally, total);
  return tally;
}
