/**
 * Connections of the engine's own to applications that listen (`srf.listen`), one for each request that they shall handle
 * (control protocol §11). The application authenticates as on any other connection, gets the request, and closes when it is done.
 *   connecting ─▶ waiting for `authenticate` ─▶ the request is delivered ─▶ the application closes
 *        └ two seconds      └ five seconds, or a close ─▶ refused
 */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Application } from "../applications.ts";
import { keepAliveMs, serveConnection } from "../serve-connection.ts";
import type { SessionParts } from "../session.ts";
import type { Address } from "./handler.ts";

const connectLimitMs = 2_000;
const largestConnections = 4_096;

export class ApplicationConnections {
  readonly #parts: SessionParts;
  readonly #authority: string | null;
  readonly #sockets = new Set<Socket>();

  constructor(parts: SessionParts, authority: string | null) {
    this.#parts = parts;
    this.#authority = authority;
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** The application once it is authenticated; null when it cannot be reached or does not authenticate. */
  open(address: Address): Promise<Application | null> {
    const { promise, resolve } = Promise.withResolvers<Application | null>();
    if (this.#sockets.size >= largestConnections) return Promise.resolve(null);
    const { host, port, transport } = address;
    const { socket, ready } =
      transport === "tls"
        ? {
            socket: connectTls({
              host,
              port,
              minVersion: "TLSv1.2",
              ...(this.#authority !== null && { ca: this.#authority }),
            }),
            ready: "secureConnect",
          }
        : { socket: connect({ host, port }), ready: "connect" };
    this.#sockets.add(socket);
    socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
    const late = setTimeout(() => socket.destroy(), connectLimitMs);
    socket.once("error", () => socket.destroy());
    socket.once("close", () => {
      clearTimeout(late);
      this.#sockets.delete(socket);
      resolve(null);
    });
    socket.once(ready, () => {
      clearTimeout(late);
      serveConnection(socket, { ...this.#parts, authenticated: resolve });
    });
    return promise;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
