/** The control port, plain and over TLS: where applications connect. Owner of the listening sockets and of every connection (control protocol §1). */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { whyNotOpened } from "../transport/transport-layer.ts";
import type { ControlOptions } from "./control-options.ts";
import { Instances } from "./instances.ts";
import { NewRequests } from "./outbound/new-requests.ts";
import { keepAliveMs, serveConnection } from "./serve-connection.ts";
import type { SessionParts } from "./session.ts";
import { openTlsServer } from "./tls-server.ts";

const largestConnections = 256;
const usualAbsenceMs = 30_000;
const usualStalledMs = 30_000;

type Place = { host: string; port: number };

export class ControlServer {
  readonly #parts: SessionParts;
  readonly #newRequests: NewRequests;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Socket>();
  #plain: Place | null = null;
  #tls: Place | null = null;

  private constructor(given: Pick<SessionParts, "secrets" | "core">, options: ControlOptions) {
    const { handlers = [], handlerCaFile, absenceMs = usualAbsenceMs, stalledMs = usualStalledMs } = options;
    const parts = { ...given, stalledMs, instances: new Instances(given.core.context, absenceMs) };
    this.#parts = parts;
    const authority = handlerCaFile === undefined ? null : readFileSync(handlerCaFile, "utf8");
    this.#newRequests = new NewRequests(parts, handlers, authority);
    if (handlers.length > 0) parts.core.context.handlers = this.#newRequests;
  }

  /** Rejects when an address cannot be opened; the message names it. */
  static async open(
    parts: Pick<SessionParts, "secrets" | "core">,
    admin: Place,
    options: ControlOptions,
  ): Promise<ControlServer> {
    const control = new ControlServer(parts, options);
    const { plain, tls } = options;
    const { log } = parts.core.context;
    try {
      if (plain !== "closed") control.#plain = await control.#listen(plainServer(), admin, "control port");
      if (tls !== undefined)
        control.#tls = await control.#listen(openTlsServer(tls, connectionOptions, log), tls, "control port with TLS");
    } catch (error) {
      await control.close();
      throw error;
    }
    return control;
  }

  /** Where it listens without TLS; null: nowhere. */
  get plain(): Place | null {
    return this.#plain;
  }

  get tls(): Place | null {
    return this.#tls;
  }

  /** Applications that are connected, or try to be. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Bytes that they have not taken yet. */
  get waitingBytes(): number {
    let sum = 0;
    for (const socket of this.#connections) sum += socket.writableLength;
    return sum;
  }

  async close(): Promise<void> {
    const closed = this.#servers.map(async (server) => {
      const gone = once(server, "close");
      server.close();
      await gone;
    });
    for (const socket of this.#connections) socket.destroy();
    this.#newRequests.close();
    this.#parts.instances.close();
    await Promise.all(closed);
  }

  async #listen(server: Server, { host, port }: Place, name: string): Promise<Place> {
    server.maxConnections = largestConnections;
    server.on("connection", (socket: Socket) => {
      this.#connections.add(socket);
      socket.once("close", () => this.#connections.delete(socket));
    });
    // A handshake that fails ends that connection and nothing else.
    server.on("tlsClientError", (_error, socket: Socket) => socket.destroy());
    server.on(isTls(server) ? "secureConnection" : "connection", (socket: Socket) =>
      serveConnection(socket, this.#parts),
    );
    this.#servers.push(server);
    server.listen(port, host);
    try {
      await once(server, "listening");
    } catch (error) {
      throw new Error(`${name} ${host}:${port} ${whyNotOpened(error)}`, { cause: error });
    }
    server.on("error", () => undefined);
    const address = server.address();
    return { host, port: typeof address === "object" && address !== null ? address.port : port };
  }
}

const connectionOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs };

function plainServer(): Server {
  return createServer(connectionOptions);
}

function isTls(server: Server): boolean {
  return "setSecureContext" in server;
}
