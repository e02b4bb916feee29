/** The transfer that is under way, blind or attended. */
import type { Call, Transfer } from "./call.ts";
import type { LegId } from "./ids.ts";

/** `operatorLegId` null: the operator has left. `targetLegId` null: nobody at the other side has answered yet. */
export type TransferUnderWay = { transfer: Transfer; operatorLegId: LegId | null; targetLegId: LegId | null };

export function transferUnderWay(call: Call): TransferUnderWay | null {
  const phase = call.phase;
  if (phase.kind === "consulting") {
    const { transfer, operatorLegId, targetLegId } = phase;
    return { transfer, operatorLegId, targetLegId };
  }
  if (phase.kind !== "transferring") return null;
  const operatorLegId = phase.operator.kind === "waiting" ? phase.operator.legId : null;
  return { transfer: phase.transfer, operatorLegId, targetLegId: null };
}
