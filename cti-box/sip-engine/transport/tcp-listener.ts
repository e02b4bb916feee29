/** SIP over TCP: accepted and placed connections, one framer each (RFC 3261 §18). */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Flow, HostFor, Listener, TransportEvents } from "./flow.ts";
import { StreamFramer } from "./stream-framer.ts";

const connectDeadlineMs = 4_000;
const largestConnections = 10_000;
/** How long a peer whose stream is broken may take to read why. */
const farewellMs = 1_000;
/** Unsent bytes after which a peer that does not read is let go. */
const largestBacklog = 4 * 1024 * 1024;

type Upwards = { events: TransportEvents; hostFor: HostFor };

export class TcpListener {
  readonly listener: Listener;
  readonly #server: Server;
  readonly #events: TransportEvents;
  readonly #hostFor: HostFor;
  /** Connections being made: a second request to the same peer waits for the same one. */
  readonly #connecting = new Map<string, { socket: Socket; flow: Promise<Flow> }>();
  readonly #flows = new Map<string, { flow: Flow; socket: Socket }>();

  private constructor(listener: Listener, server: Server, upwards: Upwards) {
    this.listener = listener;
    this.#server = server;
    this.#events = upwards.events;
    this.#hostFor = upwards.hostFor;
  }

  static async open(listener: Listener, events: TransportEvents, hostFor: HostFor): Promise<TcpListener> {
    const server = createServer({ noDelay: true, keepAlive: true });
    server.maxConnections = largestConnections;
    const opened = once(server, "listening");
    server.listen({ port: listener.port, host: listener.host, ipv6Only: true });
    await opened;
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : listener.port;
    const tcp = new TcpListener({ ...listener, port }, server, { events, hostFor });
    server.on("connection", (socket) => tcp.#accept(socket));
    server.on("error", () => undefined);
    return tcp;
  }

  /** The open connection to that peer, if there is one. */
  existing(address: string, port: number): Flow | null {
    const entry = this.#flows.get(`${address}:${port}`);
    return entry?.flow.isOpen() ? entry.flow : null;
  }

  /** The open connection to that peer, or a new one. Rejects when it cannot be made in time. */
  async flowTo(address: string, port: number): Promise<Flow> {
    const open = this.existing(address, port);
    if (open) return open;
    const key = `${address}:${port}`;
    const begun = this.#connecting.get(key);
    if (begun) return begun.flow;
    const socket = connect({ host: address, port, noDelay: true, keepAlive: true });
    const flow = this.#connected(socket).finally(() => this.#connecting.delete(key));
    this.#connecting.set(key, { socket, flow });
    return flow;
  }

  async #connected(socket: Socket): Promise<Flow> {
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(connectDeadlineMs) });
    } catch (error) {
      socket.on("error", () => undefined);
      socket.destroy();
      throw error;
    }
    return this.#adopt(socket);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const { socket } of [...this.#flows.values(), ...this.#connecting.values()])
      socket.destroy(new Error("the engine closes"));
    await closed;
  }

  #accept(socket: Socket): void {
    const admitted = this.#events.admitConnection(remoteAddressOf(socket), () => socket.destroy());
    if (admitted === null) {
      socket.destroy();
      return;
    }
    socket.once("close", () => admitted.left());
    this.#adopt(socket, new StreamFramer(admitted.largestMessageBytes ?? undefined));
  }

  #adopt(socket: Socket, framer = new StreamFramer()): Flow {
    const remoteAddress = remoteAddressOf(socket);
    const remotePort = socket.remotePort ?? 0;
    const key = `${remoteAddress}:${remotePort}`;
    const flow: Flow = {
      protocol: "tcp",
      listener: this.listener,
      advertised: { host: this.#hostFor(remoteAddress, socket.localAddress), port: this.listener.port },
      remoteAddress,
      remotePort,
      id: `tcp:${key}`,
      towardsPort: () => flow,
      isOpen: () => !socket.destroyed && socket.writable,
      send: (bytes, failed) => {
        if (socket.destroyed || socket.writableLength > largestBacklog) {
          failed?.(new Error("connection is closed or does not take data"));
          socket.destroy();
          return;
        }
        this.#events.sent?.(bytes, flow);
        socket.write(bytes, (error) => {
          if (error) failed?.(error);
        });
      },
    };
    this.#flows.set(key, { flow, socket });
    socket.on("data", (chunk) => this.#read(framer, chunk, { flow, socket }));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (this.#flows.get(key)?.socket === socket) this.#flows.delete(key);
      this.#events.closed(flow);
    });
    return flow;
  }

  #read(framer: StreamFramer, chunk: Buffer, connection: { flow: Flow; socket: Socket }): void {
    for (const framed of framer.push(chunk)) {
      if (framed.kind === "message") this.#events.received(framed.bytes, connection.flow);
      else if (framed.kind === "ping") connection.socket.write("\r\n");
      else this.#breakOff(connection, framed.head);
    }
  }

  /** Nothing more is read. What cannot be cut is answered, and so is what came before it; then the connection ends. */
  #breakOff({ flow, socket }: { flow: Flow; socket: Socket }, head: Buffer | null): void {
    if (head === null) {
      socket.destroy();
      return;
    }
    this.#events.received(head, flow);
    // Read and thrown away: unread bytes would make the system drop the answers.
    socket.removeAllListeners("data");
    socket.resume();
    setTimeout(() => socket.destroy(), farewellMs).unref();
  }
}

function remoteAddressOf(socket: Socket): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}
