/**
 * Sends packets to a capture server and never waits for it: what does not fit into a bounded queue is left out and counted, so that a
 * server that is slow or away costs a picture of the call, not the call.
 *
 *   opening ─open─▶ open ─lost─▶ waiting ─1 s, 2 s … 30 s─▶ opening
 *      └─────────failed──────────────▲          any ─close─▶ closed
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { BoundedLog } from "../log.ts";
import type { CaptureOptions } from "./capture-options.ts";

/** Datagrams that the system has not taken yet. */
const largestInFlight = 1_000;
/** Bytes that wait on a connection. */
const largestBacklog = 4 * 1024 * 1024;
const pauses = { firstMs: 1_000, longestMs: 30_000 };

/** Since the engine started. */
export type CaptureCounters = {
  sent: number;
  /** Left out because the queue was full. */
  queueFull: number;
  /** Left out because there was no way to the server. */
  away: number;
  /** Left out because the message does not fit into a packet. */
  tooLong: number;
};

type Way = { send(packet: Buffer): void; close(): void };
type State =
  | { kind: "opening"; way: Way }
  | { kind: "open"; way: Way }
  | { kind: "waiting"; timer: NodeJS.Timeout }
  | { kind: "closed" };
type Happenings = { opened: () => void; lost: (why: string) => void };

export class HepSender {
  readonly counters: CaptureCounters = { sent: 0, queueFull: 0, away: 0, tooLong: 0 };
  readonly #options: CaptureOptions;
  readonly #log: BoundedLog;
  #state: State = { kind: "closed" };
  #pauseMs = pauses.firstMs;

  constructor(options: CaptureOptions, log: BoundedLog) {
    this.#options = options;
    this.#log = log;
    this.#open();
  }

  send(packet: Buffer): void {
    if (this.#state.kind === "open") this.#state.way.send(packet);
    else this.counters.away += 1;
  }

  close(): void {
    if (this.#state.kind === "waiting") clearTimeout(this.#state.timer);
    else if (this.#state.kind !== "closed") this.#state.way.close();
    this.#state = { kind: "closed" };
  }

  #open(): void {
    const { transport = "udp" } = this.#options;
    const open = transport === "tcp" ? overTcp : overUdp;
    const way = open(this.#options, this.counters, {
      opened: () => this.#opened(way),
      lost: (why) => this.#lost(way, why),
    });
    this.#state = { kind: "opening", way };
  }

  #opened(way: Way): void {
    if (!this.#uses(way)) return;
    this.#pauseMs = pauses.firstMs;
    this.#state = { kind: "open", way };
  }

  /** A way that was left has no say any more. */
  #uses(way: Way): boolean {
    return (this.#state.kind === "opening" || this.#state.kind === "open") && this.#state.way === way;
  }

  #lost(way: Way, why: string): void {
    if (!this.#uses(way)) return;
    const { host, port } = this.#options;
    this.#log.write("warn", "capture server cannot be reached", { server: `${host}:${port}`, why });
    way.close();
    const timer = setTimeout(() => this.#open(), this.#pauseMs);
    timer.unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauses.longestMs);
    this.#state = { kind: "waiting", timer };
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function overUdp({ host, port }: CaptureOptions, counters: CaptureCounters, tell: Happenings): Way {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  let inFlight = 0;
  const sent = (error: Error | null): void => {
    inFlight -= 1;
    // "Connection refused" tells of an earlier datagram: nobody listens there.
    if (error === null) counters.sent += 1;
    else counters.away += 1;
  };
  socket.on("error", (error) => tell.lost(codeOf(error)));
  socket.on("connect", () => tell.opened());
  socket.connect(port, host);
  return {
    send: (packet) => {
      if (inFlight >= largestInFlight) {
        counters.queueFull += 1;
        return;
      }
      inFlight += 1;
      socket.send(packet, sent);
    },
    close: () => socket.close(),
  };
}

function overTcp({ host, port }: CaptureOptions, counters: CaptureCounters, tell: Happenings): Way {
  const socket = connect({ host, port, noDelay: true, keepAlive: true }, () => tell.opened());
  let why = "closed";
  socket.on("error", (error) => {
    why = codeOf(error);
  });
  socket.on("close", () => tell.lost(why));
  // It has nothing to say; unread, its bytes would keep the end of the connection from being seen.
  socket.resume();
  return {
    send: (packet) => {
      if (socket.writableLength + packet.length > largestBacklog) {
        counters.queueFull += 1;
        return;
      }
      counters.sent += 1;
      socket.write(packet);
    },
    close: () => socket.destroy(),
  };
}
