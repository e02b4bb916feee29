/** Identifiers that count up, in the shapes of real ones. */
import type { Ids } from "../src/application/ports.ts";
import type { CallId, ContactId, LegId, TransferId } from "../src/domain/call/ids.ts";

export class CountingIds implements Ids {
  private count = 0;

  callId(): CallId {
    return this.ulid("A") as CallId;
  }
  legId(): LegId {
    return this.ulid("G") as LegId;
  }
  transferId(): TransferId {
    return this.ulid("X") as TransferId;
  }
  contactId(): ContactId {
    this.count += 1;
    return this.count.toString(16).padStart(32, "c") as ContactId;
  }
  secret(bytes: number): string {
    this.count += 1;
    return `secret${this.count}`.padEnd(bytes, "x");
  }

  private ulid(kind: string): string {
    this.count += 1;
    return `01KAQZ${kind}${String(this.count).padStart(19, "0")}`;
  }
}
