/** A flow: one way to one peer (RFC 5626 §3). Datagrams to an address, or one open connection. */
import type { AdmittedConnection } from "../protection/connection-guard.ts";

export type Protocol = "udp" | "tcp" | "ws";

export type Peer = { protocol: Protocol; address: string; port: number };

/** A listening socket as peers and the application see it. */
export type Listener = {
  /** The contact that asked for it, as it was written. */
  contact: string;
  protocol: Protocol;
  /** Address bound, possibly a wildcard. */
  host: string;
  port: number;
  /** Address told to peers outside of private networks; null: the bound one. */
  externalHost: string | null;
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

/** A URI parameter or Via protocol for it. RFC 7118 keeps `WS` in the Via; the meta line calls it tcp (control protocol §2). */
export function metaProtocol(protocol: Protocol): string {
  return protocol === "ws" ? "tcp" : protocol;
}

export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "*";
}

/** Loopback, private (RFC 1918, RFC 4193) and link-local addresses: never reached from outside. */
export function isPrivateAddress(address: string): boolean {
  return /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe80)/i.test(address);
}
