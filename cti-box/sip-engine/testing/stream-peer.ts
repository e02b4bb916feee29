/** A SIP peer over TCP that says exactly what a test makes it say: accepts connections, messages waited for with a deadline. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { StreamFramer } from "../transport/stream-framer.ts";

export class StreamPeer {
  /** Connections accepted so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #unread: string[] = [];
  #last: Socket | null = null;
  #arrived: () => void = () => undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => this.#accept(socket));
  }

  static async open(address: string, port = 0): Promise<StreamPeer> {
    const server = createServer({ noDelay: true });
    server.listen(port, address);
    await once(server, "listening");
    return new StreamPeer(server);
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Over the connection that a message came by last. */
  send(lines: string[], body = ""): void {
    this.#last?.write([...lines, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));
  }

  /** The next message that matches. */
  async receive(pattern: RegExp, deadlineMs = 5_000): Promise<string> {
    const deadline = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const index = this.#unread.findIndex((text) => pattern.test(text));
      if (index !== -1) return this.#unread.splice(index, 1)[0] ?? "";
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
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(socket: Socket): void {
    this.accepted += 1;
    this.#sockets.add(socket);
    const framer = new StreamFramer();
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      this.#last = socket;
      for (const framed of framer.push(chunk)) {
        if (framed.kind === "message") this.#unread.push(framed.bytes.toString("utf8"));
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
