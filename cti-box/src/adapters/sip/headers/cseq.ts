/** CSeq (RFC 3261 §20.16): which INVITE an ACK belongs to. */
import type { SipMessage } from "../drachtio.ts";

/** Null where it cannot be read. */
export function sequenceNumberOf(request: SipMessage): number | null {
  const digits = /^\s*(\d{1,10})\s/.exec(request.get("cseq") ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}
