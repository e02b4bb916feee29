/** What a SIP URI asks for, before any name is looked up (RFC 3263 §4). */
import { isIPv4, isIPv6 } from "node:net";
import type { SipUri } from "../message/sip-uri.ts";

export type Destination = {
  /** Address or lower-case name, without brackets and last dot. */
  host: string;
  port: number | null;
  /** The protocol that the URI names: udp, tcp, tls, ws, wss; null: none named. */
  protocol: string | null;
  /** `sips:`: nothing but TLS on the way there. */
  isSecure: boolean;
};

/** The destination of a URI; its `maddr` takes the place of the host. Null: no transport can satisfy it (a `sips:` URI over UDP). */
export function destinationOf(uri: SipUri): Destination | null {
  const host = (uri.params.get("maddr") ?? uri.host)
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  const named = uri.params.get("transport")?.toLowerCase() ?? null;
  const isSecure = uri.scheme === "sips";
  const protocol = isSecure ? secured(named) : named;
  return protocol === "none" ? null : { host, port: uri.port, protocol, isSecure };
}

function secured(named: string | null): string | null {
  if (named === null) return null;
  if (named === "tcp" || named === "tls") return "tls";
  return named === "ws" || named === "wss" ? "wss" : "none";
}

export function isNumeric(host: string): boolean {
  return host.includes(":") ? isIPv6(host) : isIPv4(host);
}

/** RFC 3261 §19.1.2, RFC 7118 §5. */
export function defaultPort(protocol: string): number {
  return unusualPorts.get(protocol) ?? 5060;
}

const unusualPorts: ReadonlyMap<string, number> = new Map([
  ["tls", 5061],
  ["ws", 80],
  ["wss", 443],
]);
