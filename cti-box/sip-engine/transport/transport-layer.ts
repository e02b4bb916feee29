/** All sockets of the engine: opens them, picks the way to a peer, closes them. */
import { isPrivateAddress, isWildcard, type Flow, type Listener, type Peer, type TransportEvents } from "./flow.ts";
import { LocalRoutes } from "./local-route.ts";
import { TcpListener } from "./tcp-listener.ts";
import { UdpSocket } from "./udp-socket.ts";
import { WebSocketListener } from "./websocket-listener.ts";

export class AddressNotAvailable extends Error {
  constructor(listener: Listener, cause: unknown) {
    const code = (cause as NodeJS.ErrnoException).code ?? "error";
    const reasons: Record<string, string> = {
      EADDRINUSE: "is in use by another program",
      EACCES: "needs a permission that this program does not have",
      EADDRNOTAVAIL: "is not an address of this machine",
    };
    super(`${listener.protocol} ${listener.host}:${listener.port} ${reasons[code] ?? `cannot be opened (${code})`}`, {
      cause,
    });
  }
}

type Socket = UdpSocket | TcpListener | WebSocketListener;

export class TransportLayer {
  readonly #sockets: Socket[] = [];
  readonly #routes = new LocalRoutes();

  private constructor() {}

  /** Opens all listeners or none. Throws {@link AddressNotAvailable} naming the first that could not be opened. */
  static async open(listeners: readonly Listener[], events: TransportEvents): Promise<TransportLayer> {
    const layer = new TransportLayer();
    let samePort: { host: string; wanted: number; got: number } | null = null;
    for (const wanted of listeners) {
      // One contact `udp,tcp` on port 0 means the same free port for both.
      const port =
        wanted.port === 0 && samePort?.host === wanted.host && wanted.protocol === "tcp" ? samePort.got : wanted.port;
      const listener = { ...wanted, port };
      try {
        const socket = await layer.#openOne(listener, events);
        layer.#sockets.push(socket);
        samePort = { host: wanted.host, wanted: wanted.port, got: socket.listener.port };
      } catch (error) {
        await layer.close();
        throw new AddressNotAvailable(listener, error);
      }
    }
    return layer;
  }

  get listeners(): Listener[] {
    return this.#sockets.map((socket) => socket.listener);
  }

  /** Whether the peer is one of our own sockets. */
  isOurself(peer: Peer): boolean {
    return this.listeners.some(
      (listener) =>
        listener.protocol === peer.protocol &&
        listener.port === peer.port &&
        (listener.host === peer.address || listener.externalHost === peer.address),
    );
  }

  /** A way to the peer; null when no socket of ours speaks that protocol. Rejects when a connection cannot be made. */
  async flowTo(peer: Peer): Promise<Flow | null> {
    const socket = this.#choose(peer);
    if (socket === null) return null;
    if (socket instanceof UdpSocket) {
      const host = await this.#hostTo(socket.listener, peer.address);
      return socket.flowTo(peer.address, peer.port, host);
    }
    await this.#hostTo(socket.listener, peer.address);
    // A page cannot be connected to: only its own connection leads there (RFC 7118 §5).
    return socket instanceof WebSocketListener
      ? socket.existing(peer.address, peer.port)
      : socket.flowTo(peer.address, peer.port);
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.splice(0).map((socket) => socket.close()));
  }

  #openOne(listener: Listener, events: TransportEvents): Promise<Socket> {
    const hostFor = (peer: string): string => this.#knownHost(listener, peer);
    const through: TransportEvents = isWildcard(listener.host)
      ? {
          ...events,
          received: (bytes, flow) => void this.#routed(listener, flow, (better) => events.received(bytes, better)),
        }
      : events;
    if (listener.protocol === "udp") return UdpSocket.open(listener, through, hostFor);
    if (listener.protocol === "tcp") return TcpListener.open(listener, through, hostFor);
    return WebSocketListener.open(listener, through, hostFor);
  }

  /** On a wildcard socket the address to tell this peer has to be asked for once; then the message goes on. */
  async #routed(listener: Listener, flow: Flow, deliver: (flow: Flow) => void): Promise<void> {
    const host = await this.#hostTo(listener, flow.remoteAddress);
    deliver(
      flow.advertised.host === host
        ? flow
        : Object.assign(Object.create(flow) as Flow, { advertised: { ...flow.advertised, host } }),
    );
  }

  #knownHost(listener: Listener, peer: string): string {
    if (listener.externalHost !== null && !isPrivateAddress(peer)) return listener.externalHost;
    return isWildcard(listener.host) ? (this.#routes.known(peer) ?? "127.0.0.1") : listener.host;
  }

  async #hostTo(listener: Listener, peer: string): Promise<string> {
    if (isWildcard(listener.host)) await this.#routes.localAddressTo(peer);
    return this.#knownHost(listener, peer);
  }

  /** Of the sockets of that protocol and family: the longest equal leading octets, then not loopback (control protocol §4). */
  #choose(peer: Peer): Socket | null {
    let best: { socket: Socket; score: number } | null = null;
    for (const socket of this.#sockets) {
      const { protocol, host } = socket.listener;
      if (protocol !== peer.protocol || host.includes(":") !== peer.address.includes(":")) continue;
      const equal = equalOctets(host, peer.address);
      const score = equal * 2 + (host.startsWith("127.") ? 0 : 1);
      if (best === null || score > best.score) best = { socket, score };
    }
    return best?.socket ?? null;
  }
}

function equalOctets(one: string, other: string): number {
  const left = one.split(".");
  const right = other.split(".");
  let count = 0;
  while (count < 4 && left[count] !== undefined && left[count] === right[count]) count += 1;
  return count;
}
