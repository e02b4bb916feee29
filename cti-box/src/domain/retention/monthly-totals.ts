/** What stays of records that are deleted: sums per month, with nobody in them, in the terms of the report on costs. */
import { addRecord, emptyTally, type CostTally } from "../cost/cost-report.ts";
import type { PriceList } from "../cost/price-list.ts";
import type { CallRecordView } from "../call/call-record.ts";

export type MonthlyTotal = {
  /** `2026-11`, in the office's time zone. */
  month: string;
  kind: "to-office" | "from-offices" | "pstn-in" | "pstn-out" | "paid-transfers";
  /** The office that was called; empty for the others. */
  name: string;
  calls: number;
  connectedMs: number;
  /** At the prices of the day on which the records were deleted; 0 without prices. */
  costMillionths: number;
};

const month = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Rome", year: "numeric", month: "2-digit" });

export function monthOf(atMs: number): string {
  return month.format(atMs).slice(0, 7);
}

export function totalsOf(records: readonly CallRecordView[], prices: PriceList | null): MonthlyTotal[] {
  const tallies = new Map<string, CostTally>();
  for (const record of records) {
    const name = monthOf(record.startedAtMs);
    const tally = tallies.get(name) ?? emptyTally(prices);
    tallies.set(name, tally);
    addRecord(tally, record);
  }
  return [...tallies].flatMap(([name, tally]) => totalsOfMonth(name, tally));
}

function totalsOfMonth(name: string, { sums, toOffices, paidTransfers }: CostTally): MonthlyTotal[] {
  const totals: MonthlyTotal[] = [
    ...[...toOffices].map(([office, sum]) => ({ month: name, kind: "to-office" as const, name: office, ...sum })),
    { month: name, kind: "from-offices", name: "", ...sums.fromOffices },
    { month: name, kind: "pstn-in", name: "", ...sums.pstnIn },
    { month: name, kind: "pstn-out", name: "", ...sums.pstnOut },
    { month: name, kind: "paid-transfers", name: "", calls: paidTransfers, connectedMs: 0, costMillionths: 0 },
  ];
  return totals.filter(({ calls }) => calls > 0);
}

/** Whether the whole month lies in the span: only then its totals can be told apart from what was outside. */
export function isMonthWithin(name: string, { fromMs, toMs }: { fromMs?: number; toMs?: number }): boolean {
  return (fromMs === undefined || monthOf(fromMs - 1) < name) && (toMs === undefined || name < monthOf(toMs));
}

/** Adds what is left of deleted records. Changes the tally. */
export function addTotal(tally: CostTally, { kind, name, ...sum }: MonthlyTotal): void {
  if (kind === "paid-transfers") tally.paidTransfers += sum.calls;
  else if (kind === "to-office") tally.toOffices.set(name, added(tally.toOffices.get(name), sum));
  else {
    const key = ({ "from-offices": "fromOffices", "pstn-in": "pstnIn", "pstn-out": "pstnOut" } as const)[kind];
    tally.sums[key] = added(tally.sums[key], sum);
  }
}

type Sum = CostTally["sums"]["pstnIn"];

function added(one: Sum | undefined, { calls, connectedMs, costMillionths }: Sum): Sum {
  return {
    calls: (one?.calls ?? 0) + calls,
    connectedMs: (one?.connectedMs ?? 0) + connectedMs,
    costMillionths: (one?.costMillionths ?? 0) + costMillionths,
  };
}
