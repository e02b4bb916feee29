/**
 * SIP over WebSocket (RFC 7118): one message per frame, sub-protocol `sip`. The far end is a browser: it cannot be called back but over its own connection,
 * so a connection that stopped answering pings is ended, and with it whatever was registered through it.
 */
import { isUtf8 } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { limits } from "../message/parse-message.ts";
import type { Flow, HostFor, Listener, TransportEvents } from "./flow.ts";

const pingIntervalMs = 15_000;
const missedPongsAllowed = 2;
const largestConnections = 5_000;
const largestBacklog = 4 * 1024 * 1024;

type Connection = { socket: WebSocket; flow: Flow; missedPongs: number };

type Upwards = { events: TransportEvents; hostFor: HostFor };

export class WebSocketListener {
  readonly listener: Listener;
  readonly #http: Server;
  readonly #server: WebSocketServer;
  readonly #events: TransportEvents;
  readonly #hostFor: HostFor;
  readonly #connections = new Map<string, Connection>();
  readonly #pinger: NodeJS.Timeout;

  private constructor(listener: Listener, http: Server, upwards: Upwards) {
    this.listener = listener;
    this.#http = http;
    this.#events = upwards.events;
    this.#hostFor = upwards.hostFor;
    this.#server = new WebSocketServer({
      server: http,
      maxPayload: limits.messageBytes,
      handleProtocols: (offered) => (offered.has("sip") ? "sip" : false),
      verifyClient: (info: { req: IncomingMessage }) =>
        this.#connections.size < largestConnections &&
        /(^|[\s,])sip($|[\s,])/.test(info.req.headers["sec-websocket-protocol"] ?? ""),
    });
    this.#server.on("connection", (socket, request) => this.#adopt(socket, request.socket));
    this.#server.on("error", () => undefined);
    // Before the upgrade is asked for: what is not wanted costs no handshake.
    http.on("connection", (socket: Socket) => this.#accept(socket));
    this.#pinger = setInterval(() => this.#ping(), pingIntervalMs);
    this.#pinger.unref();
  }

  static async open(listener: Listener, events: TransportEvents, hostFor: HostFor): Promise<WebSocketListener> {
    const http = createServer((_request, response) => {
      response.writeHead(426, { "content-type": "text/plain" }).end("This port speaks SIP over WebSocket only.\n");
    });
    const opened = once(http, "listening");
    http.listen({ port: listener.port, host: listener.host, ipv6Only: true });
    await opened;
    const address = http.address();
    const port = typeof address === "object" && address !== null ? address.port : listener.port;
    return new WebSocketListener({ ...listener, port }, http, { events, hostFor });
  }

  existing(address: string, port: number): Flow | null {
    const connection = this.#connections.get(`${address}:${port}`);
    return connection?.flow.isOpen() ? connection.flow : null;
  }

  async close(): Promise<void> {
    clearInterval(this.#pinger);
    const closed = once(this.#http, "close");
    for (const { socket } of this.#connections.values()) socket.terminate();
    this.#server.close();
    this.#http.close();
    this.#http.closeAllConnections();
    await closed;
  }

  #accept(tcp: Socket): void {
    const remoteAddress = (tcp.remoteAddress ?? "").replace(/^::ffff:/, "");
    const admitted = this.#events.admitConnection(remoteAddress, () => tcp.destroy());
    if (admitted === null) tcp.destroy();
    else tcp.once("close", () => admitted.left());
  }

  #adopt(socket: WebSocket, tcp: Socket): void {
    const remoteAddress = (tcp.remoteAddress ?? "").replace(/^::ffff:/, "");
    const remotePort = tcp.remotePort ?? 0;
    const key = `${remoteAddress}:${remotePort}`;
    const flow: Flow = {
      protocol: "ws",
      listener: this.listener,
      advertised: { host: this.#hostFor(remoteAddress, tcp.localAddress), port: this.listener.port },
      remoteAddress,
      remotePort,
      id: `ws:${key}`,
      towardsPort: () => flow,
      isOpen: () => socket.readyState === socket.OPEN,
      send: (bytes, failed) => {
        if (socket.readyState !== socket.OPEN || socket.bufferedAmount > largestBacklog) {
          failed?.(new Error("connection is closed or does not take data"));
          socket.terminate();
          return;
        }
        this.#events.sent?.(bytes, flow);
        // SIP is text, and SIP stacks in pages expect strings; but a text frame that is no UTF-8 would end the connection (RFC 6455 §8.1).
        socket.send(bytes, { binary: !isUtf8(bytes) }, (error) => {
          if (error) failed?.(error);
        });
      },
    };
    const connection: Connection = { socket, flow, missedPongs: 0 };
    this.#connections.set(key, connection);
    socket.on("message", (content: Buffer) => this.#read(content, connection));
    socket.on("pong", () => {
      connection.missedPongs = 0;
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      this.#connections.delete(key);
      this.#events.closed(flow);
    });
  }

  #read(content: Buffer, connection: Connection): void {
    connection.missedPongs = 0;
    const text = content.length <= 4 ? content.toString("latin1") : "";
    if (text === "\r\n\r\n") connection.socket.send("\r\n");
    else if (text === "") this.#events.received(content, connection.flow);
  }

  #ping(): void {
    for (const connection of this.#connections.values()) {
      if (connection.missedPongs >= missedPongsAllowed) connection.socket.terminate();
      else connection.socket.ping();
      connection.missedPongs += 1;
    }
  }
}
