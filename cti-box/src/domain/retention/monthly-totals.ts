/** What stays of records that are deleted: sums per month, with nobody in them, in the terms of the reports on costs, ratings and transfers. */
import { addRecord, emptyTally, type CostTally } from "../cost/cost-report.ts";
import { addRating, ratingsOf, type RatingCounts, type RatingTally } from "../survey/rating-report.ts";
import {
  addTransfers,
  emptyTransferTally,
  type TransferCounts,
  type TransferTally,
} from "../transfer/transfer-report.ts";
import type { PriceList } from "../cost/price-list.ts";
import type { CallRecordView } from "../call/call-record.ts";
import type { TransferMode } from "../transfer/transfer.ts";

type CostKind = "to-office" | "from-offices" | "pstn-in" | "pstn-out" | "paid-transfers";
type TransferKind = "blind-transfers" | "attended-transfers";
type RatingKind = "citizens-asked" | "rated-satisfied" | "rated-neither" | "rated-not-satisfied";

export type MonthlyTotal = {
  /** `2026-11`, in the office's time zone. */
  month: string;
  kind: CostKind | TransferKind | RatingKind;
  /** The office that was called, the outcome of the transfers, the queue that was rated; empty for the others. */
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

type MonthTallies = { costs: CostTally; transfers: TransferTally; ratings: RatingTally };

export function totalsOf(records: readonly CallRecordView[], prices: PriceList | null): MonthlyTotal[] {
  const months = new Map<string, MonthTallies>();
  for (const record of records) {
    const name = monthOf(record.startedAtMs);
    const tallies = months.get(name) ?? {
      costs: emptyTally(prices),
      transfers: emptyTransferTally(),
      ratings: new Map(),
    };
    months.set(name, tallies);
    addRecord(tallies.costs, record);
    addTransfers(tallies.transfers, record);
    addRating(tallies.ratings, record);
  }
  return [...months].flatMap(([name, { costs, transfers, ratings }]) =>
    [...costTotals(costs), ...transferTotals(transfers), ...ratingTotals(ratings)]
      .filter(({ calls }) => calls > 0)
      .map((total) => ({ month: name, ...total })),
  );
}

type Total = Omit<MonthlyTotal, "month">;

const counted = (kind: MonthlyTotal["kind"], name: string, calls: number): Total => ({
  kind,
  name,
  calls,
  connectedMs: 0,
  costMillionths: 0,
});

function costTotals({ sums, toOffices, paidTransfers }: CostTally): Total[] {
  return [
    ...[...toOffices].map(([office, sum]) => ({ kind: "to-office" as const, name: office, ...sum })),
    { kind: "from-offices", name: "", ...sums.fromOffices },
    { kind: "pstn-in", name: "", ...sums.pstnIn },
    { kind: "pstn-out", name: "", ...sums.pstnOut },
    counted("paid-transfers", "", paidTransfers),
  ];
}

const transferKinds = { "blind-transfers": "blind", "attended-transfers": "attended" } as const satisfies Record<
  TransferKind,
  TransferMode
>;

function transferTotals(tally: TransferTally): Total[] {
  return entriesOf(transferKinds).flatMap(([kind, mode]) =>
    entriesOf(tally[mode]).map(([outcome, calls]) => counted(kind, outcome, calls)),
  );
}

const ratingKinds = {
  "citizens-asked": "asked",
  "rated-satisfied": "satisfied",
  "rated-neither": "neither",
  "rated-not-satisfied": "notSatisfied",
} as const satisfies Record<RatingKind, keyof RatingCounts>;

function ratingTotals(tally: RatingTally): Total[] {
  return [...tally].flatMap(([queueId, counts]) =>
    entriesOf(ratingKinds).map(([kind, count]) => counted(kind, queueId, counts[count])),
  );
}

/** Whether the whole month lies in the span: only then its totals can be told apart from what was outside. */
export function isMonthWithin(name: string, { fromMs, toMs }: { fromMs?: number; toMs?: number }): boolean {
  return (fromMs === undefined || monthOf(fromMs - 1) < name) && (toMs === undefined || name < monthOf(toMs));
}

/** Adds what is left of deleted records to a report on costs, which the totals of other reports leave as it is. Changes the tally. */
export function addTotal(tally: CostTally, { kind, name, ...sum }: MonthlyTotal): void {
  if (kind === "paid-transfers") tally.paidTransfers += sum.calls;
  else if (kind === "to-office") tally.toOffices.set(name, added(tally.toOffices.get(name), sum));
  else if (kind in sumKinds) {
    const key = sumKinds[kind as keyof typeof sumKinds];
    tally.sums[key] = added(tally.sums[key], sum);
  }
}

const sumKinds = { "from-offices": "fromOffices", "pstn-in": "pstnIn", "pstn-out": "pstnOut" } as const;

/** Changes the tally. */
export function addRatingTotal(tally: RatingTally, { kind, name, calls }: MonthlyTotal): void {
  if (kind in ratingKinds) ratingsOf(tally, name)[ratingKinds[kind as RatingKind]] += calls;
}

/** Changes the tally. */
export function addTransferTotal(tally: TransferTally, { kind, name, calls }: MonthlyTotal): void {
  if (kind in transferKinds) tally[transferKinds[kind as TransferKind]][name as keyof TransferCounts] += calls;
}

type Sum = CostTally["sums"]["pstnIn"];

function added(one: Sum | undefined, { calls, connectedMs, costMillionths }: Sum): Sum {
  return {
    calls: (one?.calls ?? 0) + calls,
    connectedMs: (one?.connectedMs ?? 0) + connectedMs,
    costMillionths: (one?.costMillionths ?? 0) + costMillionths,
  };
}

function entriesOf<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}
