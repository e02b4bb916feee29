/** A page's SIP over WebSocket for tests: says what a test makes it say, and waits for messages with a deadline. */
import { once } from "node:events";
import { WebSocket, type ClientOptions } from "ws";
import { headerOf } from "./raw-peer.ts";

export const pageHost = "df7jal23ls0d.invalid";

export class PagePeer {
  readonly socket: WebSocket;
  readonly #unread: string[] = [];
  #arrived: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (content: Buffer) => {
      this.#unread.push(content.toString());
      this.#arrived();
    });
  }

  /** `secure`: over TLS, as `ws` takes it. Rejects when the page is not let in. */
  static async open(port: number, secure: ClientOptions | null = null): Promise<PagePeer> {
    const url = `${secure === null ? "ws" : "wss"}://127.0.0.1:${port}`;
    const socket = new WebSocket(url, "sip", secure ?? {});
    await once(socket, "open");
    return new PagePeer(socket);
  }

  send(lines: string[], body = ""): void {
    this.socket.send([...lines, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));
  }

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

  async register(
    user: string,
    cseq: number,
    { contactUser = user, authorization }: { contactUser?: string; authorization?: string } = {},
  ): Promise<string> {
    this.send([
      "REGISTER sip:office.example SIP/2.0",
      `Via: SIP/2.0/WS ${pageHost};branch=z9hG4bKreg${user}${cseq}${Math.random()}`,
      `From: <sip:${user}@office.example>;tag=reg`,
      `To: <sip:${user}@office.example>`,
      `Call-ID: register-${user}`,
      `CSeq: ${cseq} REGISTER`,
      "Max-Forwards: 70",
      `Contact: <sip:${contactUser}@${pageHost};transport=ws>;expires=300`,
      ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    ]);
    return this.receive(/^SIP\/2\.0 [\s\S]*CSeq: \d+ REGISTER/);
  }

  invite(user: string, callId: string): void {
    this.send([
      "INVITE sip:200@office.example SIP/2.0",
      `Via: SIP/2.0/WS ${pageHost};branch=z9hG4bK${callId}`,
      `From: <sip:${user}@office.example>;tag=from-${callId}`,
      "To: <sip:200@office.example>",
      `Call-ID: ${callId}`,
      "CSeq: 1 INVITE",
      "Max-Forwards: 70",
      `Contact: <sip:${user}@${pageHost};transport=ws>`,
    ]);
  }

  /** Answers a request of the engine's. */
  answer(request: string, status: string, body = ""): void {
    const copied = request.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
    const user = /^\w+ sip:([^@]+)@/.exec(request)?.[1] ?? "";
    const to = headerOf(request, "To");
    this.send(
      [
        `SIP/2.0 ${status}`,
        ...copied,
        `To: ${to.includes(";tag=") ? to : `${to};tag=page`}`,
        `Contact: <sip:${user}@${pageHost};transport=ws>`,
        ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      ],
      body,
    );
  }
}
