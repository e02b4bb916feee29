/**
 * SIP over WebSocket, secure or not (RFC 7118): one message per frame, sub-protocol `sip`. The far end is a browser: it cannot be called back but over its own
 * connection, so a connection that stopped answering pings is ended, and with it whatever was registered through it.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { WebSocketServer } from "ws";
import { limits } from "../message/parse-message.ts";
import { SecureMaterial } from "../tls/secure-material.ts";
import { verifiedPeer } from "../tls/tls-peer.ts";
import { Acceptor } from "./acceptor.ts";
import { plainAddress, type Flow, type Listener, type Peer, type Upwards } from "./flow.ts";
import { WebSocketConnection } from "./websocket-connection.ts";

const pingIntervalMs = 15_000;
const largestConnections = 5_000;
/** From the connection to the end of the upgrade, the TLS handshake included. */
const openingMs = 10_000;

export class WebSocketListener {
  readonly #acceptor: Acceptor;
  readonly #server: WebSocketServer;
  readonly #material: SecureMaterial | null;
  readonly #connections = new Map<string, WebSocketConnection>();
  readonly #pinger: NodeJS.Timeout;

  private constructor(
    acceptor: Acceptor,
    http: Server,
    { up, material }: { up: Upwards; material: SecureMaterial | null },
  ) {
    this.#acceptor = acceptor;
    this.#material = material;
    this.#server = new WebSocketServer({
      server: http,
      maxPayload: limits.messageBytes,
      handleProtocols: (offered) => (offered.has("sip") ? "sip" : false),
      verifyClient: ({ req }: { req: IncomingMessage }) => speaksSip(req) && isWelcome(req, acceptor.listener),
    });
    this.#server.on("connection", (socket, request) => {
      acceptor.opened(request.socket);
      const { events, hostFor } = up;
      const { remoteAddress, localAddress } = request.socket;
      const connection = new WebSocketConnection(socket, request.socket, {
        listener: acceptor.listener,
        events,
        host: hostFor(plainAddress(remoteAddress), localAddress),
        tlsPeer: material === null ? null : verifiedPeer(request.socket as TLSSocket),
      });
      this.#connections.set(connection.key, connection);
      socket.on("close", () => this.#connections.delete(connection.key));
    });
    this.#server.on("error", () => undefined);
    this.#pinger = setInterval(() => this.#ping(), pingIntervalMs).unref();
  }

  static async open(listener: Listener, up: Upwards): Promise<WebSocketListener> {
    const { contact, tls } = listener;
    const material = tls === null ? null : new SecureMaterial(tls, { what: `contact ${contact}`, log: up.log });
    const http = material === null ? createServer(upgradeRequired) : secureServer(material);
    const accepted = (socket: Socket): void => void http.emit("connection", socket);
    try {
      const acceptor = await Acceptor.open(listener, { largestConnections, openingMs, events: up.events, accepted });
      return new WebSocketListener(acceptor, http, { up, material });
    } catch (error) {
      material?.close();
      throw error;
    }
  }

  get listener(): Listener {
    return this.#acceptor.listener;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#connections.size;
  }

  existing({ address, port }: Peer): Flow | null {
    const connection = this.#connections.get(`${address}:${port}`);
    return connection?.isOpen() ? connection : null;
  }

  async close(): Promise<void> {
    clearInterval(this.#pinger);
    this.#material?.close();
    this.#server.close();
    await this.#acceptor.close();
  }

  #ping(): void {
    for (const connection of this.#connections.values()) connection.ping();
  }
}

const upgradeRequired: RequestListener = (_request, response) => {
  response
    .writeHead(426, { "content-type": "text/plain", connection: "close" })
    .end("This port speaks SIP over WebSocket only.\n");
};

/** Handshakes that fail end that connection and nothing else. */
function secureServer(material: SecureMaterial): Server {
  const server = createSecureServer(material.forServer(), upgradeRequired);
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  material.follow(server);
  return server;
}

function speaksSip({ headers }: IncomingMessage): boolean {
  return /(^|[\s,])sip($|[\s,])/.test(headers["sec-websocket-protocol"] ?? "");
}

/** A page may come from the origins that were named (cross-site WebSocket hijacking); programs send none. */
function isWelcome({ headers: { origin } }: IncomingMessage, { pageOrigins }: Listener): boolean {
  return pageOrigins === null || origin === undefined || pageOrigins.includes(origin.toLowerCase());
}
