/** Call handling that is kept as long as the test runs. */
import type { HandlingStore } from "../src/application/handling-store.ts";
import type { OperatorId } from "../src/domain/call/ids.ts";
import type { CallHandling } from "../src/domain/operator/call-handling.ts";

export class RememberedHandlings implements HandlingStore {
  kept: ReadonlyMap<OperatorId, CallHandling> = new Map();

  async load(): Promise<ReadonlyMap<OperatorId, CallHandling>> {
    return this.kept;
  }

  async save(handlings: ReadonlyMap<OperatorId, CallHandling>): Promise<void> {
    this.kept = handlings;
  }
}
