/** Everything about the office's trunks in one place: which there are, whether their carriers are there, and tests of them. One owner and one close. */
import { registrationsOf, watchedTrunks } from "./office-settings.ts";
import { testTrunk } from "./test-trunk.ts";
import { TrunkBook } from "./trunk-book.ts";
import { TrunkRegistrations } from "./trunk-registrations.ts";
import { TrunkWatch } from "./trunk-watch.ts";
import type { TrunkSettings } from "./office-settings.ts";
import type { CarrierReach, Clock, Log, TrunkProbes, TrunkRegistrar, TrunkTrials } from "./ports.ts";
import type { TrunkQueries, TrunkTestView, TrunkView } from "./use-cases.ts";

export type OfficeTrunksParts = {
  trunks: readonly TrunkSettings[];
  sip: TrunkProbes & TrunkRegistrar & TrunkTrials;
  reach: CarrierReach;
  /** Calls that use the trunk now. */
  callsOn: (trunkId: string) => number;
  clock: Clock;
  log: Log;
};

export class OfficeTrunks implements TrunkQueries {
  readonly book: TrunkBook;
  private readonly parts: OfficeTrunksParts;
  private readonly watch: TrunkWatch;
  private readonly registrations: TrunkRegistrations;

  constructor(parts: OfficeTrunksParts) {
    const { trunks, sip, callsOn, clock, log } = parts;
    this.parts = parts;
    this.watch = new TrunkWatch({ probes: sip, clock, log });
    this.registrations = new TrunkRegistrations({ registrar: sip, clock, log });
    this.book = new TrunkBook({
      trunks,
      callsOn,
      watch: this.watch,
      registrations: this.registrations,
      clock,
      log,
    });
  }

  /** The signalling is there: from now on carriers are asked and registered at. */
  start(): void {
    this.watch.watch(watchedTrunks(this.parts.trunks));
    this.registrations.keep(registrationsOf(this.parts.trunks));
  }

  list(): TrunkView[] {
    return this.book.list();
  }

  refusedByLimits(): ReturnType<TrunkQueries["refusedByLimits"]> {
    return this.book.refusedByLimits();
  }

  async test(trunkId: string): Promise<TrunkTestView | null> {
    const { trunks, sip, reach, clock } = this.parts;
    const trunk = trunks.find((each) => each.trunkId === trunkId);
    if (trunk === undefined) return null;
    return testTrunk({ trials: sip, reach, clock, registrations: this.registrations }, trunk);
  }

  /** Gives the registrations back. */
  async close(): Promise<void> {
    this.watch.close();
    await this.registrations.close();
  }
}
