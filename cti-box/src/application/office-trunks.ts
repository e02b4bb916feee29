/** Everything about the office's trunks in one place: which there are, whether their carriers are there, and tests of them. One owner and one close. */
import { registrationsOf, termsOf, watchedTrunks } from "./office-settings.ts";
import { testTrunk } from "./test-trunk.ts";
import { recordOf } from "../domain/call/record-of.ts";
import { TollGuard } from "./toll-guard.ts";
import { TrunkBook } from "./trunk-book.ts";
import { TrunkRegistrations } from "./trunk-registrations.ts";
import { TrunkWatch } from "./trunk-watch.ts";
import type { TrunkSettings } from "./office-settings.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { PriceList } from "../domain/cost/price-list.ts";
import type { RestartMemory } from "./restart-memory.ts";
import type { RecordFilter, Clock, Log } from "./ports.ts";
import type { CarrierReach, TrunkProbes, TrunkRegistrar, TrunkTrials } from "./trunk-ports.ts";
import type { TrunkOrigin, TrunkQueries, TrunkTestView, TrunkView } from "./use-cases.ts";

export type OfficeTrunksParts = {
  trunks: readonly TrunkSettings[];
  sip: TrunkProbes & TrunkRegistrar & TrunkTrials;
  reach: CarrierReach;
  /** Calls come from carriers at these addresses from now on: the stack's limits for strangers do not hold for them. */
  spareCarriers: (addresses: readonly string[]) => void;
  /** Calls that use the trunk now. */
  callsOn: (trunkId: string) => number;
  prices: PriceList | null;
  /** Calls that are up. */
  openCalls: () => readonly Call[];
  originOf: (trunkId: string) => TrunkOrigin;
  /** Absent: what stops a trunk ends with the process. */
  memory?: RestartMemory | undefined;
  clock: Clock;
  log: Log;
};

/** A day has 25 hours when the clocks go back. */
const longestDayMs = 25 * 3_600_000;

export class OfficeTrunks implements TrunkQueries {
  readonly book: TrunkBook;
  private readonly parts: OfficeTrunksParts;
  private readonly toll: TollGuard;
  private readonly watch: TrunkWatch;
  private readonly registrations: TrunkRegistrations;
  private inForce: readonly TrunkSettings[];

  constructor(parts: OfficeTrunksParts) {
    const { trunks, sip, callsOn, prices, memory, clock, log } = parts;
    this.parts = parts;
    this.inForce = trunks;
    this.watch = new TrunkWatch({ probes: sip, clock, log });
    this.registrations = new TrunkRegistrations({ registrar: sip, clock, log });
    this.toll = new TollGuard({ prices, openRecords: () => parts.openCalls().map(recordOf), memory, clock, log });
    this.book = new TrunkBook({
      trunks,
      callsOn,
      watch: this.watch,
      registrations: this.registrations,
      toll: this.toll,
    });
  }

  /** The signalling is there: from now on carriers are asked and registered at. */
  start(): void {
    this.spareCarriers();
    for (const trunk of this.inForce) this.begin(trunk);
  }

  /** Before the first call: what went out today before the box was restarted. */
  async recover(pages: (filter: Pick<RecordFilter, "fromMs">) => AsyncIterable<CallRecordView[]>): Promise<void> {
    const records: CallRecordView[] = [];
    for await (const page of pages({ fromMs: this.parts.clock.now() - longestDayMs })) records.push(...page);
    this.toll.recover(records);
  }

  /** A call is over. */
  callEnded(call: Call): void {
    this.toll.ended(recordOf(call));
  }

  settings(): readonly TrunkSettings[] {
    return this.inForce;
  }

  /** These trunks from now on. Only what differs is begun anew: a carrier does not see that another trunk changed. */
  apply(trunks: readonly TrunkSettings[]): void {
    const before = new Map(this.inForce.map((trunk) => [trunk.trunkId, trunk]));
    this.inForce = trunks;
    this.book.use(trunks);
    this.spareCarriers();
    const after = new Set(trunks.map(({ trunkId }) => trunkId));
    for (const trunkId of before.keys()) if (!after.has(trunkId)) this.end(trunkId);
    for (const trunk of trunks) this.move(before.get(trunk.trunkId) ?? null, trunk);
  }

  list(): TrunkView[] {
    return this.book.list().map((view) => ({ ...view, origin: this.parts.originOf(view.trunkId) }));
  }

  refusedByLimits(): ReturnType<TrunkQueries["refusedByLimits"]> {
    return this.book.refusedByLimits();
  }

  async test(trunkId: string): Promise<TrunkTestView | null> {
    const { sip, reach, clock } = this.parts;
    const trunk = this.inForce.find((each) => each.trunkId === trunkId);
    if (trunk === undefined) return null;
    return testTrunk({ trials: sip, reach, clock, registrations: this.registrations }, trunk);
  }

  /** Gives the registrations back. */
  async close(): Promise<void> {
    this.watch.close();
    await this.registrations.close();
  }

  private spareCarriers(): void {
    this.parts.spareCarriers(this.inForce.flatMap(({ addresses }) => addresses));
  }

  private begin(trunk: TrunkSettings): void {
    this.parts.sip.useTerms(trunk.trunkId, termsOf(trunk));
    this.watch.watch(watchedTrunks([trunk]));
    this.registrations.keep(registrationsOf([trunk]));
  }

  private end(trunkId: string): void {
    this.watch.forget(trunkId);
    // Before the credentials go: the carrier asks for them also to end a registration.
    this.registrations.giveUp(trunkId);
    this.parts.sip.useTerms(trunkId, null);
  }

  private move(before: TrunkSettings | null, after: TrunkSettings): void {
    if (before === null) return this.begin(after);
    if (before === after) return undefined;
    const { trunkId } = after;
    const isSame = (of: (trunk: TrunkSettings) => unknown): boolean =>
      JSON.stringify(of(before)) === JSON.stringify(of(after));
    if (!isSame((trunk) => watchedTrunks([trunk]))) {
      this.watch.forget(trunkId);
      this.watch.watch(watchedTrunks([after]));
    }
    const isSameTerms = isSame(termsOf);
    if (!isSameTerms) this.parts.sip.useTerms(trunkId, termsOf(after));
    if (isSame((trunk) => [termsOf(trunk).credentials, registrationsOf([trunk])])) return undefined;
    // The same address of record stays registered: giving it up could overtake the new registration.
    const isSameAccount = isSame(({ account }) => [account?.user, account?.registrar]);
    if (!isSameAccount) this.registrations.giveUp(trunkId);
    return this.registrations.keep(registrationsOf([after]));
  }
}
