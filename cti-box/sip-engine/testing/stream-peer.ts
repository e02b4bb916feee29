/** A SIP peer over TCP or TLS that says exactly what a test makes it say: accepts connections or makes one, messages waited for with a deadline. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import {
  connect as connectTls,
  createServer as createTlsServer,
  type ConnectionOptions,
  type TlsOptions,
} from "node:tls";
import { StreamFramer } from "../transport/stream-framer.ts";

export class StreamPeer {
  /** Connections accepted so far. */
  accepted = 0;
  /** Keep-alives received. */
  pings = 0;
  /** Everything that came, messages and what stands between them. */
  heard = "";
  readonly #server: Server | null;
  readonly #sockets = new Set<Socket>();
  readonly #unread: Buffer[] = [];
  #last: Socket | null = null;
  #arrived: () => void = () => undefined;

  private constructor(server: Server | null) {
    this.#server = server;
  }

  /** With `tls` over TLS. */
  static async open(address: string, port = 0, tls: TlsOptions | null = null): Promise<StreamPeer> {
    const server = tls === null ? createServer({ noDelay: true }) : createTlsServer(tls);
    server.listen(port, address);
    await once(server, "listening");
    const peer = new StreamPeer(server);
    server.on(tls === null ? "connection" : "secureConnection", (socket: Socket) => peer.#accept(socket));
    server.on("tlsClientError", () => undefined);
    return peer;
  }

  /** A peer that connects instead of being connected to. Rejects when it is not let in. */
  static async connect(to: { host: string; port: number }, tls: ConnectionOptions | null = null): Promise<StreamPeer> {
    const peer = new StreamPeer(null);
    const socket = tls === null ? connect(to) : connectTls({ ...to, ...tls });
    await once(socket, tls === null ? "connect" : "secureConnect");
    peer.#accept(socket);
    peer.#last = socket;
    return peer;
  }

  /** The connection that a message came by last. */
  get socket(): Socket {
    if (this.#last === null) throw new Error("no connection yet");
    return this.#last;
  }

  get port(): number {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Over the connection that a message came by last. */
  send(lines: string[], body = ""): void {
    this.#last?.write([...lines, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));
  }

  /** The next message that matches. */
  async receive(pattern: RegExp, deadlineMs = 5_000): Promise<string> {
    return (await this.receiveBytes(pattern, deadlineMs)).toString("utf8");
  }

  /** The same as bytes. */
  async receiveBytes(pattern: RegExp, deadlineMs = 5_000): Promise<Buffer> {
    const deadline = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const index = this.#unread.findIndex((bytes) => pattern.test(bytes.toString("utf8")));
      if (index !== -1) return this.#unread.splice(index, 1)[0] ?? Buffer.alloc(0);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#arrived = resolve;
      deadline.addEventListener("abort", () => reject(new Error(`nothing matched ${pattern}`)), { once: true });
      await promise;
    }
  }

  /** All connections end; new ones are taken. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    if (this.#server === null) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #accept(socket: Socket): void {
    this.accepted += 1;
    this.#sockets.add(socket);
    const framer = new StreamFramer();
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      this.#last = socket;
      this.heard += chunk.toString("latin1");
      for (const framed of framer.push(chunk)) {
        if (framed.kind === "ping") this.pings += 1;
        else if (framed.kind === "message") this.#unread.push(Buffer.from(framed.bytes));
      }
      this.#arrived();
    });
  }
}

/** The answer to a request, as its lines: Via, From, To with a tag, Call-ID and CSeq copied. */
export function answerLines(request: string, status: string, more: string[] = []): string[] {
  const copied = request.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq|Record-Route):/i.test(line));
  const to = /^To:\s*(.*)$/im.exec(request)?.[1]?.trim() ?? "";
  return [`SIP/2.0 ${status}`, ...copied, `To: ${to.includes(";tag=") ? to : `${to};tag=peer`}`, ...more];
}
