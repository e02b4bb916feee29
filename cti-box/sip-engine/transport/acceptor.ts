/**
 * Where every connection to a listening socket comes in, whatever is spoken on it then: the one place that decides who may connect at all.
 *
 *   accepted ─ opened (handshake or upgrade done) ─▶ in use ─▶ closed
 *       └───── not opened after openingMs ─────────▶ closed
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { AdmittedConnection } from "../protection/connection-guard.ts";
import { plainAddress, type Listener, type TransportEvents } from "./flow.ts";

export type AcceptorOrder = {
  largestConnections: number;
  /** Longest time from the first packet to {@link Acceptor.opened}, in milliseconds. */
  openingMs: number;
  /** Asked whether a peer may connect at all. */
  events: Pick<TransportEvents, "admitConnection">;
  /** Gets each connection before a byte of it is read. */
  accepted: (socket: Socket) => void;
};

export class Acceptor {
  readonly listener: Listener;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** By remote address and port: a TLS socket does not tell which connection it is wrapped around. */
  readonly #opening = new Map<string, { late: NodeJS.Timeout; admitted: AdmittedConnection }>();

  private constructor(listener: Listener, server: Server, order: AcceptorOrder) {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : listener.port;
    this.listener = { ...listener, port };
    this.#server = server;
    server.on("connection", (socket) => this.#accept(socket, order));
    server.on("error", () => undefined);
  }

  /** Rejects when the address cannot be opened. */
  static async open(listener: Listener, order: AcceptorOrder): Promise<Acceptor> {
    const server = createServer({ noDelay: true, keepAlive: true });
    server.maxConnections = order.largestConnections;
    const opened = once(server, "listening");
    server.listen({ port: listener.port, host: listener.host, ipv6Only: true });
    await opened;
    return new Acceptor(listener, server, order);
  }

  /** The connection is through with its handshake; `socket` may be the one around the one that was accepted. What it may do: */
  opened(socket: Socket): AdmittedConnection | null {
    const key = keyOf(socket);
    const opening = this.#opening.get(key);
    clearTimeout(opening?.late);
    this.#opening.delete(key);
    return opening?.admitted ?? null;
  }

  /** Ends listening and every connection. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket, { events, openingMs, accepted }: AcceptorOrder): void {
    socket.on("error", () => socket.destroy());
    const admitted = events.admitConnection(plainAddress(socket.remoteAddress), () => socket.destroy());
    if (admitted === null) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    const late = setTimeout(() => socket.destroy(), openingMs).unref();
    this.#sockets.add(socket);
    this.#opening.set(key, { late, admitted });
    socket.once("close", () => {
      this.#sockets.delete(socket);
      clearTimeout(late);
      this.#opening.delete(key);
      admitted.left();
    });
    accepted(socket);
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}
