/** Where requests of a dialog really go: peers behind NAT are answered where their packets come from (control protocol §9.3). */
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { parseNameAddress } from "../message/sip-uri.ts";
import { isPrivateAddress, type Flow } from "../transport/flow.ts";
import type { NatDetection } from "./dialog-options.ts";

export type PeerSeen = {
  /** Where its message came from. */
  source: Flow;
  /** In the order in which requests of ours travel. */
  routeSet: readonly string[];
  /** Its Contact, whole; absent: none. */
  contact: string | undefined;
  /** The peer sent a request (it is the UAC of it), or an answer. */
  sent: SipMessageKind;
};
type SipMessageKind = (SipRequest | SipResponse)["kind"];

/**
 * The way that the dialog keeps; null: its route set and remote target say where. A connection is kept while it is open, so TLS stays TLS. A datagram peer is
 * behind NAT where its Contact does not tell where its packets come from and no proxy stands between, or where an answer's first route is a private address.
 */
export function lastingFlow(seen: PeerSeen, detection: NatDetection): Flow | null {
  const { source, routeSet, contact, sent } = seen;
  if (source.protocol !== "udp") return source;
  if (detection === "off") return null;
  if (detection === "aggressive" && [contact, ...routeSet].some(saysNat)) return source;
  const [first] = routeSet;
  if (first === undefined) return isElsewhere(contact, source) ? source : null;
  return sent === "response" && isPrivateAddress(hostPortOf(parseNameAddress(first).uri).host) ? source : null;
}

function saysNat(value: string | undefined): boolean {
  return value !== undefined && /;\s*nat\s*=\s*yes(?=[;>,\s]|$)/i.test(value);
}

/** A name tells nothing either: it is not looked up while the packets show where the peer is. */
function isElsewhere(contact: string | undefined, source: Flow): boolean {
  if (contact === undefined) return true;
  const { host, port } = hostPortOf(parseNameAddress(contact).uri);
  return host !== source.remoteAddress || (port !== null && port !== source.remotePort);
}

function hostPortOf(uri: string): { host: string; port: number | null } {
  const found = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?>]+)(?::(\d+))?/i.exec(uri);
  const host = found?.[1]?.replace(/^\[|\]$/g, "") ?? "";
  return { host, port: found?.[2] === undefined ? null : Number(found[2]) };
}
