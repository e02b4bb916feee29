/** A flow: one way to one peer (RFC 5626 §3). Datagrams to an address, or one open connection. */
import type { BoundedLog } from "../log.ts";
import type { AdmittedConnection } from "../protection/connection-guard.ts";
import type { TlsOptions } from "../tls/tls-options.ts";
import type { TlsPeer } from "../tls/tls-peer.ts";
import type { ConnectionTimes } from "./connection-watch.ts";

export type Protocol = "udp" | "tcp" | "tls" | "ws" | "wss";

export type Peer = {
  protocol: Protocol;
  address: string;
  port: number;
  /** The name that a certificate there has to show; absent or "": whoever the connection leads to, and for a new one the address. */
  host?: string;
};

/** A listening socket as peers and the application see it. */
export type Listener = {
  /** The contact that asked for it, as it was written. */
  contact: string;
  protocol: Protocol;
  /** Address bound, possibly a wildcard. */
  host: string;
  port: number;
  /** Address told to peers outside of the local net; null: the bound one. */
  externalHost: string | null;
  /** Whether a peer's address is inside of the local net, where the bound address is the one to tell. */
  isLocal: (address: string) => boolean;
  /** A local net was configured: its peers are reached from this socket before any other. */
  hasLocalNet: boolean;
  /** DNS names of this socket, in lower case: what is addressed to them is addressed to us. */
  names: readonly string[];
  /** Certificates of a secure listener; null for the others. */
  tls: TlsOptions | null;
  /** Origins of the pages that may connect (RFC 6455 §10.2); null: any. */
  pageOrigins: readonly string[] | null;
};

export interface Flow {
  readonly protocol: Protocol;
  readonly listener: Listener;
  /** Host and port that Via, Contact and Record-Route carry towards this peer. */
  readonly advertised: { host: string; port: number };
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Same id, same connection; datagram flows of one socket to one peer are equal as well. */
  readonly id: string;
  /** Who the far end proved to be by its certificate. */
  readonly tlsPeer?: TlsPeer | null;
  isOpen(): boolean;
  /** The same socket towards another port of the peer; a connection has only the one. */
  towardsPort(port: number): Flow;
  /** Hands the bytes to the network. `failed` is called at most once, later, when they certainly did not leave. */
  send(bytes: Buffer, failed?: (error: Error) => void): void;
}

/** Our own host as a peer is told it; for a connection the address that it ends at is known. */
export type HostFor = (peer: string, local?: string) => string;

/** What the transports hand upwards. `sent` and `received` never throw back into a socket. */
export type TransportEvents = {
  received(bytes: Buffer, flow: Flow): void;
  /** These bytes are being handed to the network; absent when nobody watches. */
  sent?: ((bytes: Buffer, flow: Flow) => void) | undefined;
  /** Whether anything from that address is looked at. */
  admits(address: string): boolean;
  /** A peer has connected; null: it is not wanted, and the connection is to be closed. `close` ends it at once. */
  admitConnection(address: string, close: () => void): AdmittedConnection | null;
  /** A connection is gone: registrations and dialogs bound to it have lost their way. */
  closed(flow: Flow): void;
};

/** The meta line calls a WebSocket tcp, secure or not (control protocol §2). */
export function metaProtocol(protocol: Protocol): string {
  return isWebSocket(protocol) ? "tcp" : protocol;
}

/** The value of a URI's `transport` parameter; a secure WebSocket has none of its own (RFC 7118 §5.2.2). */
export function uriTransport(protocol: Protocol): string {
  return protocol === "wss" ? "ws" : protocol;
}

export function isWebSocket(protocol: Protocol): boolean {
  return protocol === "ws" || protocol === "wss";
}

export function isSecure(protocol: string): boolean {
  return protocol === "tls" || protocol === "wss";
}

/** What every listener is opened with. */
export type Upwards = {
  events: TransportEvents;
  /** Asked for each peer; see {@link HostFor}. */
  hostFor: HostFor;
  log: BoundedLog;
  times: ConnectionTimes;
};

/** IPv4 on a socket for both families is shown inside of an IPv6 address. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:/, "");
}

export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "*";
}

/** Loopback, private (RFC 1918, RFC 4193) and link-local addresses: never reached from outside. */
export function isPrivateAddress(address: string): boolean {
  return /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe80)/i.test(address);
}
