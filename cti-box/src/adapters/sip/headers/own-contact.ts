/**
 * Our Contact over TLS: `sip:` with `transport=tls`, unless the far end asks for `sips:` (RFC 3261 §8.1.1.8, §12.1.1). Said by the box, because drachtio-server 0.9.10 writes `sips:` over TLS whatever
 * was asked for, and far ends that know none (baresip 1.0) then send neither ACK nor BYE. Nothing where the SIP stack's own Contact is right.
 */
import type { SipHeaders, SipRequest } from "../drachtio.ts";

/** The stack puts its address in the place of `localhost`; drachtio-server only where a user stands before it. */
const overTls: SipHeaders = { Contact: "<sip:office@localhost;transport=tls>" };

/** Of a 2xx to this INVITE. */
export function contactOfAnswer(invite: Pick<SipRequest, "uri" | "protocol" | "get">): SipHeaders {
  const asked = [invite.uri, invite.get("record-route") ?? invite.get("contact") ?? ""];
  return invite.protocol.toLowerCase() === "tls" && !asked.some(isSips) ? overTls : {};
}

/** Of an INVITE for that URI. `nextHop`: where it is sent; null: where the URI says. */
export function contactOfInvite({ uri, nextHop }: { uri: string; nextHop: string | null }): SipHeaders {
  const goesOverTls = /;transport=tls(?=[;>?]|$)/i.test(nextHop ?? uri);
  return goesOverTls && ![uri, nextHop ?? ""].some(isSips) ? overTls : {};
}

/** Of a URI, or the first one in a header. */
function isSips(value: string): boolean {
  return /^[^,<]*<?sips:/i.test(value);
}
