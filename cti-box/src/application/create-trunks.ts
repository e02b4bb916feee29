/** The trunks that hold when the box starts, and the way to change them while it runs. */
import { OfficeTrunks } from "./office-trunks.ts";
import { TrunkAdministration, trunksInForce } from "./trunk-administration.ts";
import type { OfficeTrunksParts } from "./office-trunks.ts";
import type { TrunkSettings } from "./office-settings.ts";
import type { TrunkChangesStore, TrunkRules } from "./ports.ts";

export type TrunksParts = Omit<OfficeTrunksParts, "trunks" | "originOf"> & {
  fileTrunks: readonly TrunkSettings[];
  /** Where trunks that are changed at run time are kept, and the rules for them. */
  trunkChanges: { store: TrunkChangesStore; rules: TrunkRules };
};

export function createTrunks(parts: TrunksParts): { trunks: OfficeTrunks; administration: TrunkAdministration } {
  const { fileTrunks, trunkChanges, clock, log } = parts;
  const inForce = trunksInForce(fileTrunks, { ...trunkChanges, log });
  const originOf: OfficeTrunksParts["originOf"] = (trunkId) => administration.originOf(trunkId);
  const trunks = new OfficeTrunks({ ...parts, trunks: inForce, originOf });
  const administration = new TrunkAdministration({ ...trunkChanges, fileTrunks, trunks, clock, log });
  return { trunks, administration };
}
