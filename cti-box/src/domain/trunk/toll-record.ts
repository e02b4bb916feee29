/** What a call did to the limits of the trunks that it went out over: how often, to what kind of number, and what it cost. Told by its record. */
import { costOf, priceOfTrunk } from "../cost/price-list.ts";
import { readDialled } from "../routing/dialled-number.ts";
import type { PriceList } from "../cost/price-list.ts";
import type { CallRecordView, LegRecordView } from "../call/call-record.ts";
import type { NumberKind } from "../routing/dialled-number.ts";

export type TollCall = { trunkId: string; kind: NumberKind; atMs: number };

/** Each INVITE that went out over a trunk, answered or not. */
export function tollCallsOf(record: CallRecordView): TollCall[] {
  return wentOut(record).map((leg) => ({ trunkId: leg.peer.name, kind: kindOf(record, leg), atMs: leg.startedAtMs }));
}

/** Millionths of the currency, whole; legs that are up have cost what they cost until now. */
export function costOn(record: CallRecordView, trunkId: string, so: { prices: PriceList; nowMs: number }): number {
  const price = priceOfTrunk(so.prices, trunkId);
  return wentOut(record)
    .filter(({ peer }) => peer.name === trunkId)
    .map(({ answeredAtMs, endedAtMs }) =>
      answeredAtMs === null ? 0 : Math.round(costOf((endedAtMs ?? so.nowMs) - answeredAtMs, price) * 1_000_000),
    )
    .reduce((sum, cost) => sum + cost, 0);
}

export function trunksOf(record: CallRecordView): string[] {
  return [...new Set(wentOut(record).map(({ peer }) => peer.name))];
}

function wentOut({ legs }: CallRecordView): LegRecordView[] {
  return legs.filter(({ peer, direction }) => peer.kind === "trunk" && direction === "out");
}

/** A citizen that an operator called is the first leg; another leg out leads to the number of a transfer. */
function kindOf({ direction, calledNumber, transfers }: CallRecordView, leg: LegRecordView): NumberKind {
  const target = transfers.findLast(({ target }) => target.kind === "number")?.target;
  const isTransfer = leg.role !== "caller" || direction !== "out";
  const number = isTransfer && target?.kind === "number" ? target.number : calledNumber;
  return readDialled(number ?? "")?.kind ?? "geographic";
}
