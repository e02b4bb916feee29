/** Real identifiers: ULIDs that rise within the process, RFC 7989 session ids, secrets from the system's random source. */
import { randomBytes, randomFillSync } from "node:crypto";
import { monotonicFactory } from "ulid";
import type { Ids } from "../../application/ports.ts";
import type { CallId, ContactId, LegId, TransferId } from "../../domain/call/ids.ts";

/** A ULID takes 16 random numbers: one question to the system serves many of them. */
function pooledRandom(): () => number {
  const pool = new Uint8Array(4096);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += 1;
    return (pool[used - 1] ?? 0) / 256;
  };
}

export function createRandomIds(): Ids {
  const ulid = monotonicFactory(pooledRandom());
  return {
    callId: () => ulid() as CallId,
    legId: () => ulid() as LegId,
    transferId: () => ulid() as TransferId,
    contactId: () => randomBytes(16).toString("hex") as ContactId,
    secret: (bytes) => randomBytes(bytes).toString("base64url"),
  };
}
