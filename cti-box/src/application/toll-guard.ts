/** Counts the calls that go out over each trunk, and stops those beyond its limits with an alarm in the log. */
import { noCallsYet, refusalOf, stopped, withCall } from "../domain/trunk/toll-limits.ts";
import type { NumberKind } from "../domain/routing/dialled-number.ts";
import type { TollLimits, TollRefusal, TollTally } from "../domain/trunk/toll-limits.ts";
import type { Clock, Log } from "./ports.ts";

export type TollGuardParts = { clock: Pick<Clock, "now">; log: Log };
export type TollCall = { trunkId: string; limits: TollLimits; kind: NumberKind };

export class TollGuard {
  private readonly parts: TollGuardParts;
  private readonly tallies = new Map<string, TollTally>();
  private readonly refused = new Map<string, Map<TollRefusal, number>>();

  constructor(parts: TollGuardParts) {
    this.parts = parts;
  }

  /** May such a call go out now? Looking counts nothing. */
  allows({ trunkId, limits, kind }: TollCall): boolean {
    const nowMs = this.parts.clock.now();
    const tally = this.tallyOf(trunkId);
    const refusal = refusalOf(tally, limits, { kind, nowMs });
    if (refusal === null) return true;
    this.countRefusal(trunkId, refusal);
    if (refusal === "burst") this.tallies.set(trunkId, stopped(tally, nowMs));
    const isNew = refusal !== "burst" || tally.stoppedUntilMs <= nowMs;
    if (isNew)
      this.parts.log.error(
        { trunkId, numberKind: kind, limit: refusal },
        "alarm: more calls than the trunk's limits allow",
      );
    return false;
  }

  /** A call goes out over this trunk. */
  count({ trunkId, kind }: Pick<TollCall, "trunkId" | "kind">): void {
    this.tallies.set(trunkId, withCall(this.tallyOf(trunkId), { kind, nowMs: this.parts.clock.now() }));
  }

  /** How often a trunk was passed over because of its limits, since the start. */
  refusals(): { trunkId: string; limit: TollRefusal; calls: number }[] {
    return [...this.refused].flatMap(([trunkId, counts]) =>
      [...counts].map(([limit, calls]) => ({ trunkId, limit, calls })),
    );
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
