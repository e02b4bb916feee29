/**
 * Which digest algorithms a phone is offered. SHA-256 before MD5 (RFC 8760 §2.3), each in a header of its own; MD5 alone
 * - to browsers: sip.js knows nothing else and reads only the first challenge;
 * - to phones that are known to give up at any challenge but MD5 (RFC 8760 §2.4 tells them not to);
 * - to a phone that comes back without credentials after it saw both: it could not make anything of them.
 */
import { isFromBrowser } from "../drachtio.ts";
import type { DigestAlgorithm } from "../headers/digest.ts";
import type { SipRequest } from "../drachtio.ts";

const md5Only = /^baresip v[01]\./i;
/** Phones that saw both challenges and have not answered yet; the oldest go first. */
const mostWaiting = 2_000;

export class OfferedAlgorithms {
  private readonly waiting = new Set<string>();

  for(request: SipRequest): readonly DigestAlgorithm[] {
    if (isFromBrowser(request) || md5Only.test(request.get("user-agent") ?? "")) return ["MD5"];
    const phone = phoneOf(request);
    if (this.waiting.has(phone)) return ["MD5"];
    this.waiting.add(phone);
    const oldest = this.waiting.values().next().value;
    if (this.waiting.size > mostWaiting && oldest !== undefined) this.waiting.delete(oldest);
    return ["SHA-256", "MD5"];
  }

  /** The phone answered a challenge. */
  understood(request: SipRequest): void {
    this.waiting.delete(phoneOf(request));
  }
}

function phoneOf(request: SipRequest): string {
  return `${request.source_address} ${request.method} ${request.get("call-id") ?? ""}`;
}
