/** Probes the carriers that calls go out to, and tells the log when one goes or comes back. */
import { CarrierRounds } from "./carrier-rounds.ts";
import { afterProbe, unprobed } from "../domain/trunk/trunk-health.ts";
import type { ProbeAnswer, TrunkHealth } from "../domain/trunk/trunk-health.ts";
import type { Clock, Log } from "./ports.ts";
import type { TrunkProbes } from "./trunk-ports.ts";

export type WatchedTrunk = { trunkId: string; uri: string; everyMs: number };
export type TrunkWatchParts = { probes: TrunkProbes; clock: Clock; log: Log };

/** A carrier that answers later than this could not take a call in time. */
const longestProbeMs = 5_000;

export class TrunkWatch {
  private readonly rounds: CarrierRounds<WatchedTrunk, ProbeAnswer, TrunkHealth>;

  constructor({ probes, clock, log }: TrunkWatchParts) {
    this.rounds = new CarrierRounds<WatchedTrunk, ProbeAnswer, TrunkHealth>({
      clock,
      unknown: unprobed,
      ask: ({ uri, everyMs }) => probes.probe({ uri, withinMs: Math.min(everyMs, longestProbeMs) }),
      after: (before, { answer, order, atMs }) => ({
        known: afterProbe(before, answer, atMs),
        againInMs: order.everyMs,
      }),
      turned: (trunkId, { state, last }) => {
        if (state === "down") log.warn({ trunkId, last }, "a carrier does not answer: calls go over the others");
        else log.info({ trunkId, last }, "a carrier answers");
      },
    });
  }

  /** Probes these from now on, each at once and then in its interval. */
  watch(trunks: readonly WatchedTrunk[]): void {
    for (const trunk of trunks) this.rounds.begin(trunk);
  }

  /** Probes it no longer. */
  forget(trunkId: string): void {
    this.rounds.end(trunkId);
  }

  /** Null: this trunk is not probed. */
  healthOf(trunkId: string): TrunkHealth | null {
    return this.rounds.knownOf(trunkId);
  }

  isDown(trunkId: string): boolean {
    return this.healthOf(trunkId)?.state === "down";
  }

  close(): void {
    this.rounds.close();
  }
}
