/** The office's trunks as they are now, and how much of each is in use. */
import { trunkFrom } from "./office-settings.ts";
import { isFull } from "../domain/trunk/trunk.ts";
import type { Trunk } from "../domain/trunk/trunk.ts";
import type { TrunkSettings } from "./office-settings.ts";

export type TrunkBookParts = {
  trunks: readonly TrunkSettings[];
  /** Calls that use the trunk now. */
  callsOn(trunkId: string): number;
};

export class TrunkBook {
  private readonly parts: TrunkBookParts;
  private readonly trunks: ReadonlyMap<string, Trunk>;

  constructor(parts: TrunkBookParts) {
    this.parts = parts;
    this.trunks = new Map(parts.trunks.map((settings) => [settings.trunkId, trunkFrom(settings)]));
  }

  find(trunkId: string): Trunk | null {
    return this.trunks.get(trunkId) ?? null;
  }

  isFull(trunk: Trunk): boolean {
    return trunk.capacity !== null && isFull(trunk, this.parts.callsOn(trunk.trunkId));
  }
}
