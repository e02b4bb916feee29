/** A SIP peer that says exactly what a test makes it say: UDP datagrams as text, received messages waited for with a deadline. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

type Waiting = { matches: (text: string) => boolean; resolve: (text: string) => void };

export class RawPeer {
  readonly #socket: Socket;
  readonly #unread: string[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #target: { host: string; port: number };

  private constructor(socket: Socket, target: { host: string; port: number }) {
    this.#socket = socket;
    this.#target = target;
    socket.on("message", (bytes) => this.#take(bytes.toString("utf8")));
  }

  static async open(address: string, target: { host: string; port: number }, port = 0): Promise<RawPeer> {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.bind(port, address);
    await once(socket, "listening");
    return new RawPeer(socket, target);
  }

  get hostPort(): string {
    const { address, port } = this.#socket.address();
    return `${address.includes(":") ? `[${address}]` : address}:${port}`;
  }

  /** Sends the lines as one message; a body follows the head, Content-Length is counted here. */
  send(lines: string[], body = ""): void {
    const head = [...lines, `Content-Length: ${Buffer.byteLength(body)}`, "", ""].join("\r\n");
    this.#socket.send(head + body, this.#target.port, this.#target.host);
  }

  sendRaw(text: string | Buffer): void {
    this.#socket.send(text, this.#target.port, this.#target.host);
  }

  /** The next message, read or still to come, that the start line or the whole text matches. */
  async receive(pattern: RegExp, deadlineMs = 5_000): Promise<string> {
    const index = this.#unread.findIndex((text) => pattern.test(text));
    if (index !== -1) return this.#unread.splice(index, 1)[0] ?? "";
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const waiting: Waiting = { matches: (text) => pattern.test(text), resolve };
    this.#waiting.push(waiting);
    const late = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      reject(
        new Error(
          `nothing matched ${pattern} in ${deadlineMs} ms; unread: ${this.#unread.map((text) => text.split("\r\n")[0]).join(" / ")}`,
        ),
      );
    }, deadlineMs);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
    }
  }

  /** Messages received and not asked for yet that match. */
  unread(pattern: RegExp): string[] {
    return this.#unread.filter((text) => pattern.test(text));
  }

  /** Drops what came and was not asked for. */
  forget(): void {
    this.#unread.length = 0;
  }

  close(): void {
    this.#socket.close();
  }

  #take(text: string): void {
    const index = this.#waiting.findIndex((waiting) => waiting.matches(text));
    if (index === -1) this.#unread.push(text);
    else this.#waiting.splice(index, 1)[0]?.resolve(text);
  }
}

/** First value of a header in a message's text. */
export function headerOf(text: string, name: string): string {
  return new RegExp(`^${name}\\s*:\\s*(.*)$`, "im").exec(text)?.[1]?.trim() ?? "";
}

export const exampleSdp = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 4000 RTP/AVP 8",
  "",
].join("\r\n");

/** An INVITE of a peer; `to` is `host:port` of the engine. */
export function inviteLines(
  peer: RawPeer,
  to: string,
  ids: { callId: string; branch?: string; more?: string[] },
): string[] {
  return [
    `INVITE sip:callee@${to} SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.hostPort};branch=${ids.branch ?? `z9hG4bK-${ids.callId}`}`,
    `From: <sip:caller@${peer.hostPort}>;tag=caller-${ids.callId}`,
    `To: <sip:callee@${to}>`,
    `Call-ID: ${ids.callId}`,
    "CSeq: 1 INVITE",
    `Contact: <sip:caller@${peer.hostPort}>`,
    "Max-Forwards: 70",
    "Content-Type: application/sdp",
    ...(ids.more ?? []),
  ];
}
