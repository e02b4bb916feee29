/** Real identifiers: ULIDs that rise within the process, RFC 7989 session ids, secrets from the system's random source. */
import { randomBytes } from "node:crypto";
import { monotonicFactory } from "ulid";
import type { Ids } from "../../application/ports.ts";
import type { CallId, ContactId, LegId, TransferId } from "../../domain/call/ids.ts";

export function createRandomIds(): Ids {
  const ulid = monotonicFactory();
  return {
    callId: () => ulid() as CallId,
    legId: () => ulid() as LegId,
    transferId: () => ulid() as TransferId,
    contactId: () => randomBytes(16).toString("hex") as ContactId,
    secret: (bytes) => randomBytes(bytes).toString("base64url"),
  };
}
