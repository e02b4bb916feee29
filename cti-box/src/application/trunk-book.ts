/** The office's trunks as they are now, and how much of each is in use. */
import { chooseTrunks } from "../domain/trunk/choose-trunks.ts";
import { isFull } from "../domain/trunk/trunk.ts";
import { trunkFrom } from "./office-settings.ts";
import type { TollGuard } from "./toll-guard.ts";
import type { DialledNumber, NumberKind } from "../domain/routing/dialled-number.ts";
import type { UsableTrunk } from "../domain/trunk/choose-trunks.ts";
import type { Trunk } from "../domain/trunk/trunk.ts";
import type { TrunkView } from "./use-cases.ts";
import type { TrunkRegistrations } from "./trunk-registrations.ts";
import type { TrunkWatch } from "./trunk-watch.ts";
import type { TrunkSettings } from "./office-settings.ts";

export type TrunkBookParts = {
  trunks: readonly TrunkSettings[];
  /** Calls that use the trunk now. */
  callsOn(trunkId: string): number;
  toll: TollGuard;
  registrations: Pick<TrunkRegistrations, "of">;
  watch: Pick<TrunkWatch, "isDown" | "healthOf">;
};

export class TrunkBook {
  private readonly parts: TrunkBookParts;
  private settings: readonly TrunkSettings[] = [];
  private trunks: ReadonlyMap<string, Trunk> = new Map();
  /** Calls placed over each trunk since the start: weights are shares of them. */
  private readonly placed = new Map<string, number>();

  constructor(parts: TrunkBookParts) {
    this.parts = parts;
    this.use(parts.trunks);
  }

  /** These from now on; calls that are up stay on theirs. */
  use(trunks: readonly TrunkSettings[]): void {
    this.settings = trunks;
    this.trunks = new Map(trunks.map((settings) => [settings.trunkId, trunkFrom(settings)]));
  }

  find(trunkId: string): Trunk | null {
    return this.trunks.get(trunkId) ?? null;
  }

  isFull(trunk: Trunk): boolean {
    return trunk.capacity !== null && isFull(trunk, this.parts.callsOn(trunk.trunkId));
  }

  /** Trunks for a call to this number, best first. One whose limits are reached is left out, and the log is told. */
  routesTo({ number, kind }: DialledNumber): UsableTrunk[] {
    return this.candidatesFor(number).filter(({ trunkId, outbound: { limits } }) =>
      this.parts.toll.allows({ trunkId, limits, kind }),
    );
  }

  private candidatesFor(number: string): UsableTrunk[] {
    return chooseTrunks([...this.trunks.values()], number, (trunkId) => ({
      ...this.useOf(trunkId),
      isDown: this.parts.watch.isDown(trunkId),
    }));
  }

  refusedByLimits(): ReturnType<TollGuard["refusals"]> {
    return this.parts.toll.refusals();
  }

  /** All trunks, in the order of the configuration. */
  list(): Omit<TrunkView, "origin">[] {
    return this.settings.flatMap(({ trunkId, carrier = trunkId }) => {
      const trunk = this.find(trunkId);
      if (trunk === null) return [];
      const { priority, weight, capacity, outbound } = trunk;
      const route = outbound === null ? null : { uri: outbound.uri, prefixes: [...outbound.prefixes] };
      const health = this.parts.watch.healthOf(trunkId);
      const registration = this.parts.registrations.of(trunkId);
      const toll = this.parts.toll.viewOf(trunkId);
      const use = this.useOf(trunkId);
      return [{ trunkId, carrier, priority, weight, capacity, outbound: route, ...use, health, registration, toll }];
    });
  }

  private useOf(trunkId: string): { calls: number; placed: number } {
    return { calls: this.parts.callsOn(trunkId), placed: this.placed.get(trunkId) ?? 0 };
  }

  /** An INVITE is about to go out; the call has its place on the trunk already. False: there is no place for it, or the limits are reached. */
  takePlace(trunkId: string, kind: NumberKind): boolean {
    const trunk = this.find(trunkId);
    if (trunk === null || (trunk.capacity !== null && this.parts.callsOn(trunkId) > trunk.capacity)) return false;
    if (trunk.outbound !== null && !this.parts.toll.allows({ trunkId, limits: trunk.outbound.limits, kind }))
      return false;
    this.parts.toll.count({ trunkId, kind });
    this.placed.set(trunkId, (this.placed.get(trunkId) ?? 0) + 1);
    return true;
  }
}
