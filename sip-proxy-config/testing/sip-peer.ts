/** A SIP peer over UDP that says exactly what a test makes it say, and waits with a deadline for what it is sent. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

type Waiting = { pattern: RegExp; take: (text: string) => void };

export class SipPeer {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #unread: string[] = [];
  readonly #waiting = new Set<Waiting>();

  private constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.address = address;
    this.port = port;
    this.#socket = socket;
    socket.on("message", (bytes) => this.#received(bytes.toString("latin1")));
  }

  static async open(address: string, port = 0): Promise<SipPeer> {
    const socket = createSocket("udp4");
    socket.bind(port, address);
    await once(socket, "listening");
    return new SipPeer(socket);
  }

  get hostPort(): string {
    return `${this.address}:${this.port}`;
  }

  send(text: string | Uint8Array, to: { address: string; port: number }): void {
    const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
    this.#socket.send(bytes, to.port, to.address);
  }

  /** The oldest message, read or still to come, that the pattern matches. Fails with what did come. */
  async receive(pattern: RegExp, deadlineMs = 5_000): Promise<string> {
    const index = this.#unread.findIndex((text) => pattern.test(text));
    if (index !== -1) return this.#unread.splice(index, 1)[0] ?? "";
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const waiting = { pattern, take: resolve };
    this.#waiting.add(waiting);
    const late = setTimeout(() => {
      const came = this.#unread.map((text) => text.split("\r\n")[0]).join(" | ");
      reject(new Error(`nothing matched ${pattern} in ${deadlineMs} ms; came: ${came}`));
    }, deadlineMs);
    return promise.finally(() => {
      clearTimeout(late);
      this.#waiting.delete(waiting);
    });
  }

  /** Messages that came and were not asked for, and that match. */
  unread(pattern: RegExp): string[] {
    return this.#unread.filter((text) => pattern.test(text));
  }

  close(): void {
    this.#socket.close();
  }

  #received(text: string): void {
    const waiting = [...this.#waiting].find(({ pattern }) => pattern.test(text));
    if (waiting === undefined) this.#unread.push(text);
    else {
      this.#waiting.delete(waiting);
      waiting.take(text);
    }
  }
}
