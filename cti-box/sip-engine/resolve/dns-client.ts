/**
 * Asks name servers (RFC 1035, RFC 5452): each question from a socket of its own, so with a port and an id that cannot be guessed; over TCP where the reply
 * was too long; server after server, twice around, until one answers or the time is up.
 */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { questionBytes, readReply, type Reply } from "./dns-message.ts";
import type { Found, Question } from "./records.ts";

export type DnsServer = { address: string; port: number };

export type DnsClientOptions = {
  /** Asked anew for each question, so that a changed network is noticed. */
  servers: () => readonly DnsServer[];
  /** How long one server is waited for. */
  attemptMs: number;
  /** How long all of them together. */
  totalMs: number;
};

const rounds = 2;
/** Questions under way at one time; more are refused, which counts as "no answer". */
const largestOpen = 500;

type Exchange = { server: DnsServer; question: Question; isPlain: boolean; ms: number; signal: AbortSignal };
type Outcome = Reply | { kind: "silent"; why: string };

export class DnsClient {
  readonly #options: DnsClientOptions;
  readonly #closing = new AbortController();
  /** Since the start: questions, and those of them that nobody answered. */
  readonly counters = { asked: 0, failed: 0 };
  #open = 0;

  constructor(options: DnsClientOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async ask(question: Question): Promise<Found> {
    if (this.#closing.signal.aborted) return { kind: "failed", why: "closed" };
    if (this.#open >= largestOpen) return { kind: "failed", why: "too many questions at once" };
    this.#open += 1;
    this.counters.asked += 1;
    try {
      const found = await this.#askAll(question);
      if (found.kind === "failed") this.counters.failed += 1;
      return found;
    } finally {
      this.#open -= 1;
    }
  }

  /** Questions under way end as failed. */
  close(): void {
    this.#closing.abort();
  }

  async #askAll(question: Question): Promise<Found> {
    const { attemptMs, totalMs } = this.#options;
    const until = performance.now() + totalMs;
    const servers = this.#options.servers();
    let why = "no name server is configured";
    for (let round = 0; round < rounds; round += 1) {
      for (const server of servers) {
        const ms = Math.min(attemptMs, until - performance.now());
        if (ms <= 0 || this.#closing.signal.aborted) return { kind: "failed", why };
        const reply = await this.#askOne({ server, question, isPlain: false, ms, signal: this.#closing.signal });
        if (reply.kind === "records" || reply.kind === "none") return reply;
        why = reply.kind === "failed" || reply.kind === "silent" ? reply.why : "unusable reply";
      }
    }
    return { kind: "failed", why };
  }

  async #askOne(exchange: Exchange): Promise<Outcome> {
    let reply = await askByDatagram(exchange);
    let settled = exchange;
    if (reply.kind === "plain-wanted") {
      settled = { ...exchange, isPlain: true };
      reply = await askByDatagram(settled);
    }
    return reply.kind === "truncated" ? askByConnection(settled) : reply;
  }
}

/** One question and what came back in time; a reply that is not ours is waited past. */
function askByDatagram({ server, question, isPlain, ms, signal }: Exchange): Promise<Outcome> {
  return new Promise((resolve) => {
    const id = randomInt(0x1_0000);
    const socket = createSocket(server.address.includes(":") ? "udp6" : "udp4");
    const finish = (outcome: Outcome): void => {
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
      socket.removeAllListeners();
      // An error that is still on its way to this socket may not end the process.
      socket.on("error", () => undefined);
      socket.close();
      resolve(outcome);
    };
    const stop = (): void => finish({ kind: "silent", why: "closed" });
    const late = setTimeout(() => finish({ kind: "silent", why: `${server.address} does not answer` }), ms);
    signal.addEventListener("abort", stop);
    socket.once("error", (error) => finish({ kind: "silent", why: error.message }));
    socket.on("message", (bytes) => {
      const reply = readReply(bytes, question, id);
      if (reply.kind !== "not-ours") finish(reply);
    });
    // Connected: the system lets in nothing but this server's words, and says when nobody is there.
    socket.connect(server.port, server.address, () => socket.send(questionBytes(question, { id, isPlain })));
  });
}

/** RFC 7766: the same question with its length in front. */
function askByConnection({ server, question, isPlain, ms, signal }: Exchange): Promise<Outcome> {
  return new Promise((resolve) => {
    const id = randomInt(0x1_0000);
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    let read = Buffer.alloc(0);
    const finish = (outcome: Outcome): void => {
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
      socket.destroy();
      resolve(outcome);
    };
    const stop = (): void => finish({ kind: "silent", why: "closed" });
    const late = setTimeout(() => finish({ kind: "silent", why: `${server.address} does not answer over TCP` }), ms);
    signal.addEventListener("abort", stop);
    socket.on("error", (error) => finish({ kind: "silent", why: error.message }));
    socket.on("close", () => finish({ kind: "silent", why: "connection closed" }));
    socket.on("connect", () => {
      const bytes = questionBytes(question, { id, isPlain });
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    });
    // Two bytes of length bound what is kept to 64 kB.
    socket.on("data", (chunk) => {
      read = Buffer.concat([read, chunk]);
      const length = read.length >= 2 ? read.readUInt16BE(0) : Number.POSITIVE_INFINITY;
      if (read.length - 2 >= length) finish(readReply(read.subarray(2, 2 + length), question, id));
    });
  });
}
