/** Port of what is kept of the operators' call handling. */
import type { OperatorId } from "../domain/call/ids.ts";
import type { CallHandling } from "../domain/operator/call-handling.ts";

export interface HandlingStore {
  load(): Promise<ReadonlyMap<OperatorId, CallHandling>>;
  /** Replaces what was kept before. */
  save(handlings: ReadonlyMap<OperatorId, CallHandling>): Promise<void>;
}
