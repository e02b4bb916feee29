/**
 * Counts the calls that go out over each trunk and what they cost, and stops those beyond its limits with an alarm. After a restart the day's counts
 * are made anew from the calls' records, and a trunk that was stopped rests on: restarting the box is no way round it.
 */
import { costOn, tollCallsOf, trunksOf } from "../domain/trunk/toll-record.ts";
import {
  burstPauseMs,
  noCallsYet,
  refusalOf,
  stopped,
  today,
  withCall,
  withSpend,
} from "../domain/trunk/toll-limits.ts";
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { PriceList } from "../domain/cost/price-list.ts";
import type { NumberKind } from "../domain/routing/dialled-number.ts";
import type { TollLimits, TollRefusal, TollTally } from "../domain/trunk/toll-limits.ts";
import type { Clock, Log } from "./ports.ts";
import type { RestartMemory } from "./restart-memory.ts";
import type { TrunkTollView } from "./use-cases.ts";

export type TollGuardParts = {
  /** Null: nobody knows what calls cost. */
  prices: PriceList | null;
  /** Records of the calls that are up, as they stand. */
  openRecords: () => readonly CallRecordView[];
  /** Where it stands until when a trunk is stopped; absent: nowhere. */
  memory?: RestartMemory | undefined;
  clock: Pick<Clock, "now">;
  log: Log;
};
type KeptStop = { stoppedUntilMs: number };
export type TollCall = { trunkId: string; limits: TollLimits; kind: NumberKind };

export class TollGuard {
  private readonly parts: TollGuardParts;
  private readonly tallies = new Map<string, TollTally>();
  private readonly refused = new Map<string, Map<TollRefusal, number>>();
  private readonly alarms = new Map<string, { atMs: number; limit: TollRefusal }>();

  constructor(parts: TollGuardParts) {
    this.parts = parts;
  }

  /** May such a call go out now? Looking counts nothing. */
  allows({ trunkId, limits, kind }: TollCall): boolean {
    const nowMs = this.parts.clock.now();
    const tally = this.tallyOf(trunkId);
    const runningMillionths = limits.spendPerDay === null ? 0 : this.runningCost(trunkId, nowMs);
    const refusal = refusalOf(tally, limits, { kind, nowMs, runningMillionths });
    if (refusal === null) return true;
    this.countRefusal(trunkId, refusal);
    if (refusal === "burst" && tally.stoppedUntilMs > nowMs) return false;
    if (refusal === "burst") this.stop(trunkId, stopped(tally, nowMs));
    this.alarm(trunkId, { atMs: nowMs, limit: refusal }, kind);
    return false;
  }

  /** A call goes out over this trunk. */
  count({ trunkId, kind }: Pick<TollCall, "trunkId" | "kind">): void {
    this.tallies.set(trunkId, withCall(this.tallyOf(trunkId), { kind, nowMs: this.parts.clock.now() }));
  }

  /** A call is over; what it cost is known. */
  ended(record: CallRecordView): void {
    const { prices } = this.parts;
    if (prices === null || record.endedAtMs === null) return;
    const nowMs = record.endedAtMs;
    for (const trunkId of trunksOf(record)) {
      const millionths = costOn(record, trunkId, { prices, nowMs });
      this.tallies.set(trunkId, withSpend(this.tallyOf(trunkId), { millionths, nowMs }));
    }
  }

  /** Before the first call: what went out today, in the order of time. Other days' records change nothing. */
  recover(records: readonly CallRecordView[]): void {
    const calls = records.flatMap(tollCallsOf).toSorted((one, other) => one.atMs - other.atMs);
    for (const { trunkId, kind, atMs } of calls)
      this.tallies.set(trunkId, withCall(this.tallyOf(trunkId), { kind, nowMs: atMs }));
    this.recoverStops();
    for (const record of records.toSorted((one, other) => (one.endedAtMs ?? 0) - (other.endedAtMs ?? 0)))
      this.ended(record);
  }

  /** The day so far, also of a trunk that carried nothing. */
  viewOf(trunkId: string): TrunkTollView {
    const { prices, clock } = this.parts;
    const nowMs = clock.now();
    const { calls, costly, spentMillionths, stoppedUntilMs } = today(this.tallyOf(trunkId), nowMs);
    const spent = (spentMillionths + this.runningCost(trunkId, nowMs)) / 1_000_000;
    return {
      calls,
      costly,
      spent: prices === null ? null : { amount: Math.round(spent * 100) / 100, currency: prices.currency },
      stoppedUntilMs: stoppedUntilMs > nowMs ? stoppedUntilMs : null,
      alarm: this.alarms.get(trunkId) ?? null,
    };
  }

  /** How often a trunk was passed over because of its limits, since the start. */
  refusals(): { trunkId: string; limit: TollRefusal; calls: number }[] {
    return [...this.refused].flatMap(([trunkId, counts]) =>
      [...counts].map(([limit, calls]) => ({ trunkId, limit, calls })),
    );
  }

  private stop(trunkId: string, tally: TollTally): void {
    this.tallies.set(trunkId, tally);
    const { stoppedUntilMs } = tally;
    this.parts.memory?.keep("stopped-trunk", trunkId, { stoppedUntilMs } satisfies KeptStop);
  }

  private recoverStops(): void {
    const { memory, clock } = this.parts;
    for (const { key: trunkId, value } of memory?.kept("stopped-trunk") ?? []) {
      // Longer than a rest is only what a clock that was put back makes of it.
      const stoppedUntilMs = Math.min((value as KeptStop).stoppedUntilMs, clock.now() + burstPauseMs);
      if (stoppedUntilMs <= clock.now()) memory?.forget("stopped-trunk", trunkId);
      else this.tallies.set(trunkId, { ...this.tallyOf(trunkId), stoppedUntilMs });
    }
  }

  private alarm(trunkId: string, alarm: { atMs: number; limit: TollRefusal }, numberKind: NumberKind): void {
    this.alarms.set(trunkId, alarm);
    this.parts.log.error(
      { trunkId, numberKind, limit: alarm.limit },
      "alarm: more calls than the trunk's limits allow",
    );
  }

  private runningCost(trunkId: string, nowMs: number): number {
    const { prices } = this.parts;
    if (prices === null) return 0;
    return this.parts.openRecords().reduce((sum, record) => sum + costOn(record, trunkId, { prices, nowMs }), 0);
  }

  private countRefusal(trunkId: string, limit: TollRefusal): void {
    const counts = this.refused.get(trunkId) ?? new Map<TollRefusal, number>();
    counts.set(limit, (counts.get(limit) ?? 0) + 1);
    this.refused.set(trunkId, counts);
  }

  private tallyOf(trunkId: string): TollTally {
    return this.tallies.get(trunkId) ?? noCallsYet;
  }
}
