/** The report on minutes kept on-net, made from the records of a span of time. */
import { addRecord, emptyTally, reportOf } from "../domain/cost/cost-report.ts";
import type { PriceList } from "../domain/cost/price-list.ts";
import type { CallQueries, OfficeReports } from "./use-cases.ts";

export function officeReports(from: Pick<CallQueries, "recordPages">, prices: PriceList | null): OfficeReports {
  return {
    onNet: async (span) => {
      const tally = emptyTally(prices);
      for await (const page of from.recordPages(span)) for (const record of page) addRecord(tally, record);
      return { currency: prices?.currency ?? null, report: reportOf(tally) };
    },
  };
}
