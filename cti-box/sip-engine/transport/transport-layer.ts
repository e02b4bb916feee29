/** All sockets of the engine: opens them, picks the way to a peer, closes them. */
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { BoundedLog } from "../log.ts";
import type { ConnectionTimes } from "./connection-watch.ts";
import {
  isWebSocket,
  isWildcard,
  type Flow,
  type HostFor,
  type Listener,
  type Peer,
  type Protocol,
  type TransportEvents,
} from "./flow.ts";
import { LocalRoutes } from "./local-route.ts";
import { StreamListener } from "./stream-listener.ts";
import { UdpFlow, UdpSocket } from "./udp-socket.ts";
import { WebSocketListener } from "./websocket-listener.ts";

/** How often a port that is free for two protocols at once is looked for. */
const portAttempts = 20;

/** In words what the system said when a socket could not be opened. */
export function whyNotOpened(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "error";
  const reasons = new Map([
    ["EADDRINUSE", "is in use by another program"],
    ["EACCES", "needs a permission that this program does not have"],
    ["EADDRNOTAVAIL", "is not an address of this machine"],
  ]);
  return reasons.get(code) ?? `cannot be opened (${code})`;
}

export class AddressNotAvailable extends Error {
  /** The port was our own choice (port 0 in the contact), not the caller's. */
  readonly isChosenPort: boolean;

  constructor(listener: Listener, { cause, isChosenPort }: { cause: unknown; isChosenPort: boolean }) {
    const place = `${listener.protocol} ${listener.host}:${listener.port}`;
    super(`contact ${listener.contact}: ${place} ${whyNotOpened(cause)}`, { cause });
    this.isChosenPort = isChosenPort;
  }
}

type Socket = UdpSocket | StreamListener | WebSocketListener;

export type TransportParts = { events: TransportEvents; log: BoundedLog; times: ConnectionTimes };

export class TransportLayer {
  readonly #sockets: Socket[] = [];
  readonly #routes = new LocalRoutes();
  /** Ports of the sockets that a name leads to. */
  readonly #names = new Map<string, number[]>();

  private constructor() {}

  /** Opens all listeners or none. Throws {@link AddressNotAvailable} naming the first that could not be opened. */
  static async open(listeners: readonly Listener[], parts: TransportParts): Promise<TransportLayer> {
    for (let attempt = 1; ; attempt += 1) {
      const layer = new TransportLayer();
      try {
        await layer.#openAll(listeners, parts);
        return layer;
      } catch (error) {
        await layer.close();
        // A free port that UDP was given may be taken for TCP: then another one is asked for.
        const isChosen = error instanceof AddressNotAvailable && error.isChosenPort && attempt < portAttempts;
        if (!isChosen) throw error;
      }
    }
  }

  async #openAll(listeners: readonly Listener[], parts: TransportParts): Promise<void> {
    let before: { contact: string; port: number } | null = null;
    for (const wanted of listeners) {
      // One contact `udp,tcp` on port 0 means the same free port for both.
      const isShared = wanted.port === 0 && before?.contact === wanted.contact;
      const listener = { ...wanted, port: isShared && before ? before.port : wanted.port };
      try {
        const socket = await this.#openOne(listener, parts);
        this.#sockets.push(socket);
        for (const name of namesOf(socket.listener))
          this.#names.set(name, [...(this.#names.get(name) ?? []), socket.listener.port]);
        before = { contact: wanted.contact, port: socket.listener.port };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
        throw new AddressNotAvailable(listener, { cause: error, isChosenPort: isShared });
      }
    }
  }

  get listeners(): Listener[] {
    return this.#sockets.map((socket) => socket.listener);
  }

  /** Connections that are open now, by protocol. */
  connections(): ReadonlyMap<Protocol, number> {
    const counts = new Map<Protocol, number>();
    for (const socket of this.#sockets) {
      const { protocol } = socket.listener;
      if (!(socket instanceof UdpSocket)) counts.set(protocol, (counts.get(protocol) ?? 0) + socket.connections);
    }
    return counts;
  }

  /** Whether the peer is one of our own sockets. */
  isOurself(peer: Peer): boolean {
    return this.listeners.some(
      (listener) =>
        listener.protocol === peer.protocol &&
        listener.port === peer.port &&
        (listener.host === peer.address ||
          listener.externalHost === peer.address ||
          (isWildcard(listener.host) && isOfThisMachine(peer.address))),
    );
  }

  /** Whether a DNS name is one of our own sockets' names; without a port any of them. */
  isOwnName(name: string, port: number | null): boolean {
    return this.#names.get(name)?.some((own) => port === null || own === port) ?? false;
  }

  /** A way to the peer where no connection has to be made and our own address towards it is known; else null. */
  readyFlowTo(peer: Peer): Flow | null {
    const socket = this.#choose(peer);
    if (socket === null) return null;
    if (!(socket instanceof UdpSocket)) return socket.existing(peer) ?? this.#existing(peer);
    if (isWildcard(socket.listener.host) && this.#routes.known(peer.address) === null) return null;
    return socket.flowTo(peer.address, peer.port, this.#knownHost(socket.listener, { peer: peer.address }));
  }

  /** A way to the peer; null when no socket of ours speaks that protocol. Rejects when a connection cannot be made. */
  async flowTo(peer: Peer): Promise<Flow | null> {
    const socket = this.#choose(peer);
    if (socket === null) return null;
    if (socket instanceof UdpSocket) {
      const host = await this.#hostTo(socket.listener, peer.address);
      return socket.flowTo(peer.address, peer.port, host);
    }
    // A page cannot be connected to: only its own connection leads there (RFC 7118 §5).
    return socket instanceof WebSocketListener ? this.#existing(peer) : socket.flowTo(peer);
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.splice(0).map((socket) => socket.close()));
  }

  #openOne(listener: Listener, parts: TransportParts): Promise<Socket> {
    const hostFor: HostFor = (peer, local) => this.#knownHost(listener, { peer, local });
    const { events } = parts;
    if (isWebSocket(listener.protocol)) return WebSocketListener.open(listener, { ...parts, hostFor });
    if (listener.protocol !== "udp") return StreamListener.open(listener, { ...parts, hostFor });
    // A datagram does not say which of our addresses it came to; a connection does.
    const received: TransportEvents["received"] = (bytes, flow) =>
      void this.#routed(listener, flow, (better) => events.received(bytes, better));
    return UdpSocket.open(listener, isWildcard(listener.host) ? { ...events, received } : events, hostFor);
  }

  /** On a wildcard socket the address to tell this peer has to be asked for once; then the message goes on. */
  async #routed(listener: Listener, flow: Flow, deliver: (flow: Flow) => void): Promise<void> {
    const host = await this.#hostTo(listener, flow.remoteAddress);
    deliver(flow.advertised.host === host || !(flow instanceof UdpFlow) ? flow : flow.toldAs(host));
  }

  /** A connection to any socket of that protocol: the peer chose the one that it connected to. */
  #existing(peer: Peer): Flow | null {
    for (const socket of this.#sockets) {
      if (socket instanceof UdpSocket || socket.listener.protocol !== peer.protocol) continue;
      const flow = socket.existing(peer);
      if (flow !== null) return flow;
    }
    return null;
  }

  #knownHost(listener: Listener, { peer, local }: { peer: string; local?: string | undefined }): string {
    if (listener.externalHost !== null && !listener.isLocal(peer)) return listener.externalHost;
    if (!isWildcard(listener.host)) return listener.host;
    return local?.replace(/^::ffff:/, "") ?? this.#routes.known(peer) ?? "127.0.0.1";
  }

  async #hostTo(listener: Listener, peer: string): Promise<string> {
    if (isWildcard(listener.host)) await this.#routes.localAddressTo(peer);
    return this.#knownHost(listener, { peer });
  }

  /**
   * Of the sockets of that protocol and family: the one whose local net the peer is in, then the longest equal leading octets, then one with an external
   * address, then one that is not loopback (control protocol §4).
   */
  #choose(peer: Peer): Socket | null {
    let best: { socket: Socket; score: number } | null = null;
    for (const socket of this.#sockets) {
      const { listener } = socket;
      if (listener.protocol !== peer.protocol || listener.host.includes(":") !== peer.address.includes(":")) continue;
      const score =
        (listener.hasLocalNet && listener.isLocal(peer.address) ? 1_000 : 0) +
        equalOctets(listener.host, peer.address) * 4 +
        (listener.externalHost === null ? 0 : 2) +
        (listener.host.startsWith("127.") || listener.host === "::1" ? 0 : 1);
      if (best === null || score > best.score) best = { socket, score };
    }
    return best?.socket ?? null;
  }
}

function isOfThisMachine(address: string): boolean {
  if (address.startsWith("127.") || address === "::1") return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((each) => each.address === address));
}

/** A name told to peers as our address is ours as well. */
function namesOf({ names, externalHost }: Listener): string[] {
  const isName = externalHost !== null && isIP(externalHost) === 0;
  return isName ? [...names, externalHost.toLowerCase()] : [...names];
}

function equalOctets(one: string, other: string): number {
  const left = one.split(".");
  const right = other.split(".");
  let count = 0;
  while (count < 4 && left[count] !== undefined && left[count] === right[count]) count += 1;
  return count;
}
