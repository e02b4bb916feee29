/** SIP over TCP and TLS (RFC 3261 §18, §26.3): accepted and placed connections. The two differ in how a socket is made, and in nothing after that. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { SecureMaterial } from "../tls/secure-material.ts";
import { connectSecurely, PeerNotTrusted, secured } from "../tls/secure-connection.ts";
import { verifiedPeer } from "../tls/tls-peer.ts";
import { Acceptor } from "./acceptor.ts";
import type { ConnectionTimes, Watch } from "./connection-watch.ts";
import { plainAddress, type Flow, type Listener, type Peer, type Upwards } from "./flow.ts";
import { StreamConnection } from "./stream-connection.ts";

const connectDeadlineMs = 4_000;
const largestConnections = 10_000;
/** Longer than any handshake on a bad mobile network, short enough not to collect half-open connections. */
const openingMs = 10_000;

export class StreamListener {
  readonly #acceptor: Acceptor;
  readonly #up: Upwards;
  readonly #material: SecureMaterial | null;
  /** Connections being made: a second request to the same peer waits for the same one. */
  readonly #connecting = new Map<string, { socket: Socket; flow: Promise<Flow> }>();
  /** By remote address and port; over TLS there may be several to one place, each for another name. */
  readonly #connections = new Map<string, StreamConnection[]>();
  readonly #clock = { nowS: 0 };
  readonly #ticking: NodeJS.Timeout;

  private constructor(acceptor: Acceptor, { up, material }: { up: Upwards; material: SecureMaterial | null }) {
    this.#acceptor = acceptor;
    this.#up = up;
    this.#material = material;
    this.#ticking = setInterval(() => this.#look(up.times), 1_000).unref();
  }

  static async open(listener: Listener, up: Upwards): Promise<StreamListener> {
    const { contact, tls } = listener;
    const material = tls === null ? null : new SecureMaterial(tls, { what: `contact ${contact}`, log: up.log });
    let opened: StreamListener | null = null;
    const adopt = (socket: Socket): void => {
      if (opened !== null) opened.#accepted(socket);
    };
    const accepted = material === null ? adopt : securing(material, adopt);
    try {
      const acceptor = await Acceptor.open(listener, { largestConnections, openingMs, events: up.events, accepted });
      opened = new StreamListener(acceptor, { up, material });
      return opened;
    } catch (error) {
      material?.close();
      throw error;
    }
  }

  get listener(): Listener {
    return this.#acceptor.listener;
  }

  /** Connections that are open now, whoever made them. */
  get connections(): number {
    let count = 0;
    for (const connections of this.#connections.values()) count += connections.length;
    return count;
  }

  /** The open connection to that peer, if there is one. */
  existing({ address, port, host = "" }: Peer): Flow | null {
    const known = this.#connections.get(`${address}:${port}`);
    return known?.find((each) => each.isOpen() && each.leadsTo(host)) ?? null;
  }

  /** The open connection to that peer, or a new one. Rejects when it cannot be made in time, or is not to the peer that was asked for. */
  async flowTo(peer: Peer): Promise<Flow> {
    const open = this.existing(peer);
    if (open) return open;
    const key = `${peer.address}:${peer.port}/${peer.host ?? ""}`;
    const begun = this.#connecting.get(key);
    if (begun) return begun.flow;
    const socket = this.#dial(peer);
    const flow = this.#connected(socket, peer).finally(() => this.#connecting.delete(key));
    this.#connecting.set(key, { socket, flow });
    return flow;
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    this.#material?.close();
    const closed = this.#acceptor.close();
    for (const { socket } of this.#connecting.values()) socket.destroy(new Error("the engine closes"));
    for (const connections of this.#connections.values()) for (const each of connections) each.close();
    await closed;
  }

  #dial({ address, port, host }: Peer): Socket {
    const localAddress = sourceOf(this.listener, address);
    if (this.#material === null) return connect({ host: address, port, localAddress, noDelay: true, keepAlive: true });
    return connectSecurely({ address, port, host: nameOf(address, host), localAddress }, this.#material.client);
  }

  async #connected(socket: Socket, { address, port, host }: Peer): Promise<Flow> {
    try {
      if (this.#material !== null) await secured(socket as TLSSocket, nameOf(address, host), connectDeadlineMs);
      else await once(socket, "connect", { signal: AbortSignal.timeout(connectDeadlineMs) });
    } catch (error) {
      socket.on("error", () => undefined);
      socket.destroy();
      if (error instanceof PeerNotTrusted)
        this.#up.log.write("warn", "peer not trusted", { at: `${address}:${port}`, why: error.message });
      throw error;
    }
    return this.#adopt(socket, "made");
  }

  #accepted(socket: Socket): void {
    this.#adopt(socket, "accepted", this.#acceptor.opened(socket)?.largestMessageBytes ?? null);
  }

  #adopt(socket: Socket, side: Watch["side"], largestMessageBytes: number | null = null): Flow {
    const { events, hostFor } = this.#up;
    const connection = new StreamConnection(socket, {
      listener: this.listener,
      events,
      host: hostFor(plainAddress(socket.remoteAddress), socket.localAddress),
      side,
      tlsPeer: this.#material === null ? null : verifiedPeer(socket as TLSSocket),
      largestMessageBytes,
      clock: this.#clock,
    });
    this.#connections.set(connection.key, [...(this.#connections.get(connection.key) ?? []), connection]);
    socket.once("close", () => this.#forget(connection));
    return connection;
  }

  #forget(connection: StreamConnection): void {
    const left = this.#connections.get(connection.key)?.filter((each) => each !== connection) ?? [];
    if (left.length === 0) this.#connections.delete(connection.key);
    else this.#connections.set(connection.key, left);
  }

  #look(times: ConnectionTimes): void {
    this.#clock.nowS += 1;
    for (const connections of this.#connections.values()) for (const each of connections) each.look(times);
  }
}

/** Wraps what is accepted in TLS; handshakes that fail or take too long end that connection and nothing else. */
function securing(material: SecureMaterial, secure: (socket: Socket) => void): (socket: Socket) => void {
  const server = createServer(material.forServer(), secure);
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  material.follow(server);
  return (socket) => void server.emit("connection", socket);
}

function nameOf(address: string, host: string | undefined): string {
  return host === undefined || host === "" ? address : host;
}

/** Carriers know us by our address: a machine with several speaks from the contact's own. */
function sourceOf({ host }: Listener, peer: string): string | undefined {
  // Several programs of a laboratory share loopback, and are known by their own address there.
  if (host.startsWith("127.")) return peer.startsWith("127.") ? host : undefined;
  return host === "0.0.0.0" || host === "::" || host === "::1" ? undefined : host;
}
