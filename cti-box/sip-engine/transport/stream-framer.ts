/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3), and finds the keep-alives between them (RFC 5626 §4.4.1).
 * Bounded: a peer that sends a head or body over the limits ends its own connection. A message without Content-Length has no body here.
 */
import { contentLength, endOfHead, limits, parseMessage } from "../message/parse-message.ts";

export type Framed =
  | { kind: "message"; bytes: Buffer }
  | { kind: "ping" }
  /** Nothing after this can be cut. With the head that says so, where there is one: its sender gets a 400. */
  | { kind: "broken"; reason: string; head: Buffer | null };

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const ping = Buffer.from("\r\n\r\n");
const pong = Buffer.from("\r\n");

export class StreamFramer {
  /** Chunks not cut yet; joined only when they may hold something whole, so that small chunks cost no copy of all before them. */
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that have to be there before looking again is of use. */
  #wanted = 1;
  readonly #largestMessageBytes: number;

  constructor(largestMessageBytes: number = limits.messageBytes) {
    this.#largestMessageBytes = largestMessageBytes;
  }

  /** Everything complete that the stream holds now, in order. After `broken` the stream is of no more use. */
  push(chunk: Buffer): Framed[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return [];
    let pending = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const found: Framed[] = [];
    for (;;) {
      const next = this.#next(pending);
      pending = pending.subarray(next.used);
      if (next.framed) found.push(next.framed);
      if (next.framed === null || next.framed.kind === "broken") break;
    }
    this.#chunks = pending.length === 0 ? [] : [pending];
    this.#size = pending.length;
    this.#wanted = Math.max(this.#wanted, pending.length + 1);
    return found;
  }

  /** A message has begun and is not whole yet. */
  get isInMessage(): boolean {
    const first = this.#chunks[0]?.[0];
    return first !== undefined && first !== carriageReturn && first !== lineFeed;
  }

  /** Takes a lone line end off the front: the answer to a ping of ours (RFC 5626 §4.4.1). False: there is none. */
  takePong(): boolean {
    const [first] = this.#chunks;
    if (this.#chunks.length !== 1 || first?.length !== 2 || !first.equals(pong)) return false;
    this.#chunks = [];
    this.#size = 0;
    this.#wanted = 1;
    return true;
  }

  #next(pending: Buffer): { framed: Framed | null; used: number } {
    this.#wanted = 0;
    let start = 0;
    // Lone line ends before a message are allowed (RFC 3261 §7.5); the double one is a ping.
    while (pending[start] === carriageReturn || pending[start] === lineFeed) {
      const rest = pending.subarray(start, start + ping.length);
      if (rest.equals(ping)) return { framed: { kind: "ping" }, used: start + ping.length };
      if (rest.length < ping.length && rest.equals(ping.subarray(0, rest.length))) return { framed: null, used: start };
      start += 1;
    }
    const head = endOfHead(pending, start);
    if (head !== null) return this.#cut(pending, { start, bodyStart: head.bodyStart });
    const isTooLarge = pending.length - start > limits.headBytes;
    const broken: Framed = { kind: "broken", reason: "head too large", head: null };
    return { framed: isTooLarge ? broken : null, used: start };
  }

  #cut(pending: Buffer, at: { start: number; bodyStart: number }): { framed: Framed | null; used: number } {
    const parsed = parseMessage(pending.subarray(at.start, at.bodyStart));
    const headers = parsed.ok ? parsed.message.headers : parsed.partial?.headers;
    const length = headers ? contentLength(headers) : "bad";
    const head = pending.subarray(at.start, at.bodyStart);
    if (length === "bad")
      return { framed: { kind: "broken", reason: "no readable Content-Length on a stream", head }, used: 0 };
    const end = at.bodyStart + (length ?? 0);
    if (end - at.start > this.#largestMessageBytes)
      return { framed: { kind: "broken", reason: "message too large", head }, used: 0 };
    if (pending.length < end) {
      this.#wanted = end - at.start;
      return { framed: null, used: at.start };
    }
    return { framed: { kind: "message", bytes: pending.subarray(at.start, end) }, used: end };
  }
}
