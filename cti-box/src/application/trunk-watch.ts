/** Probes the carriers that calls go out to, and tells the log when one goes or comes back. */
import { afterProbe, unprobed } from "../domain/trunk/trunk-health.ts";
import type { TrunkHealth } from "../domain/trunk/trunk-health.ts";
import type { Clock, Log } from "./ports.ts";
import type { TrunkProbes } from "./trunk-ports.ts";

export type WatchedTrunk = { trunkId: string; uri: string; everyMs: number };
export type TrunkWatchParts = { probes: TrunkProbes; clock: Clock; log: Log };

/** A carrier that answers later than this could not take a call in time. */
const longestProbeMs = 5_000;

type Watched = { trunk: WatchedTrunk; health: TrunkHealth; stopTimer: () => void };

export class TrunkWatch {
  private readonly parts: TrunkWatchParts;
  private readonly watched = new Map<string, Watched>();
  private state: "open" | "closed" = "open";

  constructor(parts: TrunkWatchParts) {
    this.parts = parts;
  }

  /** Probes these from now on, each at once and then in its interval. */
  watch(trunks: readonly WatchedTrunk[]): void {
    for (const trunk of trunks) {
      this.forget(trunk.trunkId);
      const watched = { trunk, health: unprobed(this.parts.clock.now()), stopTimer: () => undefined };
      this.watched.set(trunk.trunkId, watched);
      void this.probe(watched);
    }
  }

  /** Probes it no longer. */
  forget(trunkId: string): void {
    this.watched.get(trunkId)?.stopTimer();
    this.watched.delete(trunkId);
  }

  /** Null: this trunk is not probed. */
  healthOf(trunkId: string): TrunkHealth | null {
    return this.watched.get(trunkId)?.health ?? null;
  }

  isDown(trunkId: string): boolean {
    return this.healthOf(trunkId)?.state === "down";
  }

  close(): void {
    this.state = "closed";
    for (const { stopTimer } of this.watched.values()) stopTimer();
    this.watched.clear();
  }

  private async probe(watched: Watched): Promise<void> {
    const { trunkId, uri, everyMs } = watched.trunk;
    const answer = await this.parts.probes.probe({ uri, withinMs: Math.min(everyMs, longestProbeMs) });
    // Closed, or forgotten or watched anew meanwhile.
    if (this.state === "closed" || this.watched.get(trunkId) !== watched) return;
    const before = watched.health.state;
    watched.health = afterProbe(watched.health, answer, this.parts.clock.now());
    if (watched.health.state !== before) this.tell(trunkId, watched.health);
    watched.stopTimer = this.parts.clock.after(everyMs, () => void this.probe(watched));
  }

  private tell(trunkId: string, { state, last }: TrunkHealth): void {
    if (state === "down") this.parts.log.warn({ trunkId, last }, "a carrier does not answer: calls go over the others");
    else this.parts.log.info({ trunkId, last }, "a carrier answers");
  }
}
