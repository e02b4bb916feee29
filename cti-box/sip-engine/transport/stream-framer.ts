/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3), and finds the keep-alives between them (RFC 5626 §4.4.1).
 * Bounded: a peer that sends a head or body over the limits ends its own connection.
 */
import { contentLength, endOfHead, limits, parseMessage } from "../message/parse-message.ts";

export type Framed = { kind: "message"; bytes: Buffer } | { kind: "ping" } | { kind: "broken"; reason: string };

export class StreamFramer {
  #pending: Buffer = Buffer.alloc(0);

  /** Everything complete that the stream holds now, in order. After `broken` the stream is of no more use. */
  push(chunk: Buffer): Framed[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const found: Framed[] = [];
    for (;;) {
      const next = this.#next();
      if (next === null) return found;
      found.push(next);
      if (next.kind === "broken") return found;
    }
  }

  #next(): Framed | null {
    if (this.#pending[0] === 0x0d || this.#pending[0] === 0x0a) {
      if (this.#pending.length >= 4 && this.#pending.toString("latin1", 0, 4) === "\r\n\r\n") {
        this.#pending = this.#pending.subarray(4);
        return { kind: "ping" };
      }
      // A lone line end before a message is allowed (RFC 3261 §7.5); at the end of what we have it may be half a ping.
      const next = this.#pending[0] === 0x0d ? 2 : 1;
      if (this.#pending.length <= 3 && /^[\r\n]*$/.test(this.#pending.toString("latin1"))) return null;
      this.#pending = this.#pending.subarray(next);
      return this.#next();
    }
    const head = endOfHead(this.#pending);
    if (head === null) {
      return this.#pending.length > limits.headBytes ? { kind: "broken", reason: "head too large" } : null;
    }
    return this.#cut(head.end + head.length);
  }

  #cut(bodyStart: number): Framed | null {
    const parsed = parseMessage(this.#pending.subarray(0, bodyStart));
    const headers = parsed.ok ? parsed.message.headers : parsed.partial?.headers;
    const length = headers ? contentLength(headers) : "bad";
    if (length === "bad") return { kind: "broken", reason: "no readable Content-Length on a stream" };
    const end = bodyStart + (length ?? 0);
    if (end > limits.messageBytes) return { kind: "broken", reason: "message too large" };
    if (this.#pending.length < end) return null;
    const bytes = this.#pending.subarray(0, end);
    this.#pending = this.#pending.subarray(end);
    return { kind: "message", bytes };
  }
}
