/**
 * Loops (RFC 3261 §16.3 step 4, RFC 5393 §4): the Via of every request that the engine passes on carries a mark of what decided its way. A request that
 * comes back with the same mark in one of its Vias would go the same way again; one that comes back changed is a spiral and may pass.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";

/** Known to this process only: nobody can make a request look like a loop. */
const markKey = randomBytes(16);
const deciding = ["call-id", "cseq", "route", "proxy-require", "proxy-authorization"];

/** Mark of a request as it arrived. */
export function markOf({ uri, headers }: SipRequest): string {
  const tags = ["from", "to"].map((key) => tagOf(headers.first(key)) ?? "");
  const parts = [uri, ...tags, ...deciding.map((key) => headers.lines(key).join(","))];
  return createHmac("sha256", markKey).update(parts.join("\n")).digest("hex").slice(0, 16);
}

/** Our Via with the mark. */
export function markedVia(via: string, mark: string): string {
  return `${via};loop=${mark}`;
}

/** The request went through here before, just as it is. */
export function isLoop(request: SipRequest, mark: string): boolean {
  return request.headers.values("via").some((via) => via.includes(`;loop=${mark}`));
}
