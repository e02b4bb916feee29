/** The trunks that hold when the box starts, and the way to change them while it runs. */
import { OfficeTrunks } from "./office-trunks.ts";
import { TrunkAdministration, trunksInForce } from "./trunk-administration.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { OfficeTrunksParts } from "./office-trunks.ts";
import type { TrunkSettings } from "./office-settings.ts";
import type { TrunkChangesStore, TrunkRules } from "./trunk-ports.ts";

export type TrunksParts = Omit<OfficeTrunksParts, "trunks" | "originOf" | "callsOn" | "openCalls"> & {
  calls: Pick<CallsInProgress, "index" | "find" | "onEvent">;
  fileTrunks: readonly TrunkSettings[];
  /** Where trunks that are changed at run time are kept, and the rules for them. */
  trunkChanges: { store: TrunkChangesStore; rules: TrunkRules };
};

export function createTrunks(parts: TrunksParts): { trunks: OfficeTrunks; administration: TrunkAdministration } {
  const { fileTrunks, trunkChanges, calls, clock, log } = parts;
  const inForce = trunksInForce(fileTrunks, { ...trunkChanges, log });
  const originOf: OfficeTrunksParts["originOf"] = (trunkId) => administration.originOf(trunkId);
  const trunks = new OfficeTrunks({
    ...parts,
    trunks: inForce,
    originOf,
    callsOn: (trunkId) => calls.index.onTrunk(trunkId),
    openCalls: () => calls.index.open(),
  });
  calls.onEvent(({ type, call: { callId } }) => {
    const over = type === "call-ended" ? calls.find(callId) : null;
    if (over !== null) trunks.callEnded(over.call);
  });
  const administration = new TrunkAdministration({ ...trunkChanges, fileTrunks, trunks, clock, log });
  return { trunks, administration };
}
