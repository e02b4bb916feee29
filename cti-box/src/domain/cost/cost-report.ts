/**
 * Minutes that stayed on the network between offices, and what a carrier would have charged for them. Only the office that hands a call over
 * counts it: it is the one that would have paid, so that the reports of all offices can be added up. Nobody's own minutes are in it.
 */
import type { CallRecordView, LegRecordView } from "../call/call-record.ts";
import { costOf, priceOfTrunk, type PriceList } from "./price-list.ts";

/** `cost` is null without a price list. */
export type Traffic = { calls: number; minutes: number; cost: number | null };

export type CostReport = {
  /** To other offices over the network; `cost` is what it would have been. */
  onNet: Traffic;
  /** The same by the office that was called, the most minutes first. */
  toOffices: ({ officeId: string } & Traffic)[];
  /** From other offices over the network: they count what they saved. */
  fromOffices: Traffic;
  pstnIn: Traffic;
  /** Calls out over a carrier, and what they cost. */
  pstnOut: Traffic;
  /** Legs to other offices that went over a carrier and not the network. */
  paidTransfers: number;
};

/** Millionths of the currency, whole: sums do not depend on their order. */
type Sum = { calls: number; connectedMs: number; costMillionths: number };
export type CostTally = {
  prices: PriceList | null;
  sums: Record<"fromOffices" | "pstnIn" | "pstnOut", Sum>;
  toOffices: Map<string, Sum>;
  paidTransfers: number;
};

const nothing = (): Sum => ({ calls: 0, connectedMs: 0, costMillionths: 0 });

export function emptyTally(prices: PriceList | null): CostTally {
  const sums = { fromOffices: nothing(), pstnIn: nothing(), pstnOut: nothing() };
  return { prices, sums, toOffices: new Map(), paidTransfers: 0 };
}

/** Adds the legs of a call that were answered and have ended. Changes the tally. */
export function addRecord(tally: CostTally, { legs }: CallRecordView): void {
  for (const leg of legs) {
    if (leg.answeredAtMs === null || leg.endedAtMs === null) continue;
    addLeg(tally, leg, leg.endedAtMs - leg.answeredAtMs);
  }
}

function addLeg(tally: CostTally, leg: LegRecordView, connectedMs: number): void {
  const { prices, sums } = tally;
  const { peer, direction, role, tariff } = leg;
  if (role === "office" && tariff === "pstn") tally.paidTransfers += 1;
  if (peer.kind === "trunk") {
    const cost = prices === null || direction === "in" ? 0 : costOf(connectedMs, priceOfTrunk(prices, peer.name));
    return add(direction === "in" ? sums.pstnIn : sums.pstnOut, connectedMs, cost);
  }
  if (peer.kind !== "member") return undefined;
  if (direction === "in") return add(sums.fromOffices, connectedMs, 0);
  const office = tally.toOffices.get(peer.name) ?? nothing();
  tally.toOffices.set(peer.name, office);
  return add(office, connectedMs, prices === null ? 0 : costOf(connectedMs, prices.usual));
}

function add(sum: Sum, connectedMs: number, cost: number): void {
  sum.calls += 1;
  sum.connectedMs += connectedMs;
  sum.costMillionths += Math.round(cost * 1_000_000);
}

export function reportOf({ prices, sums, toOffices, paidTransfers }: CostTally): CostReport {
  const traffic = ({ calls, connectedMs, costMillionths }: Sum): Traffic => ({
    calls,
    minutes: Math.round(connectedMs / 600) / 100,
    cost: prices === null ? null : Math.round(costMillionths / 10_000) / 100,
  });
  const all = nothing();
  for (const { calls, connectedMs, costMillionths } of toOffices.values()) {
    all.calls += calls;
    all.connectedMs += connectedMs;
    all.costMillionths += costMillionths;
  }
  return {
    onNet: traffic(all),
    toOffices: [...toOffices]
      .toSorted(([oneId, one], [otherId, other]) => other.connectedMs - one.connectedMs || (oneId < otherId ? -1 : 1))
      .map(([officeId, sum]) => ({ officeId, ...traffic(sum) })),
    fromOffices: { ...traffic(sums.fromOffices), cost: null },
    pstnIn: { ...traffic(sums.pstnIn), cost: null },
    pstnOut: traffic(sums.pstnOut),
    paidTransfers,
  };
}
