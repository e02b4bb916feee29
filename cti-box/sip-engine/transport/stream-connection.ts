/** One connection of SIP over TCP or TLS (RFC 3261 §18): a flow with a framer, and what the clock of its listener has to know. */
import type { Socket } from "node:net";
import { isGoodFor } from "../tls/peer-names.ts";
import type { TlsPeer } from "../tls/tls-peer.ts";
import { newWatch, verdictOn, type ConnectionTimes, type Watch } from "./connection-watch.ts";
import { plainAddress, type Flow, type Listener, type Protocol, type TransportEvents } from "./flow.ts";
import { StreamFramer } from "./stream-framer.ts";

/** Unsent bytes after which a peer that does not read is let go. */
const largestBacklog = 4 * 1024 * 1024;
/** How long a peer whose stream is broken may take to read why. */
const farewellMs = 1_000;
const ping = "\r\n\r\n";
const pong = "\r\n";

export type ConnectionOrder = {
  listener: Listener;
  events: TransportEvents;
  /** Our own host towards this peer. */
  host: string;
  side: Watch["side"];
  tlsPeer: TlsPeer | null;
  /** A message over this is not waited for; null: the usual limit. */
  largestMessageBytes: number | null;
  /** The listener's clock. */
  clock: { readonly nowS: number };
};

export class StreamConnection implements Flow {
  readonly protocol: Protocol;
  readonly listener: Listener;
  readonly advertised: { host: string; port: number };
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly id: string;
  readonly tlsPeer: TlsPeer | null;
  readonly #socket: Socket;
  readonly #events: TransportEvents;
  readonly #framer: StreamFramer;
  readonly #clock: ConnectionOrder["clock"];
  readonly #watch: Watch;

  constructor(socket: Socket, order: ConnectionOrder) {
    const { listener, events, clock } = order;
    this.protocol = listener.protocol;
    this.listener = listener;
    this.advertised = { host: order.host, port: listener.port };
    this.remoteAddress = plainAddress(socket.remoteAddress);
    this.remotePort = socket.remotePort ?? 0;
    // The local port tells two connections to the same place apart.
    this.id = `${this.protocol}:${this.key}/${socket.localPort ?? 0}`;
    this.tlsPeer = order.tlsPeer;
    this.#socket = socket;
    this.#events = events;
    this.#framer = new StreamFramer(order.largestMessageBytes ?? undefined);
    this.#clock = clock;
    this.#watch = newWatch(order.side, clock.nowS);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => events.closed(this));
  }

  /** Where it leads. */
  get key(): string {
    return `${this.remoteAddress}:${this.remotePort}`;
  }

  isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Whether what is meant for that name may go this way: over TLS the far end has to have proved to be it (RFC 5923 §9). */
  leadsTo(host: string): boolean {
    if (this.protocol !== "tls" || host === "" || host === this.remoteAddress) return true;
    return this.tlsPeer !== null && isGoodFor(this.tlsPeer.names, host);
  }

  towardsPort(): Flow {
    return this;
  }

  send(bytes: Buffer, failed?: (error: Error) => void): void {
    if (this.#socket.destroyed || this.#socket.writableLength > largestBacklog) {
      failed?.(new Error("connection is closed or does not take data"));
      this.#socket.destroy();
      return;
    }
    this.#events.sent?.(bytes, this);
    this.#socket.write(bytes, (error) => {
      if (error) failed?.(error);
    });
  }

  /** A second has passed. */
  look(times: ConnectionTimes): void {
    const { nowS } = this.#clock;
    const verdict = verdictOn(this.#watch, nowS, times);
    if (verdict === "close") this.close();
    else if (verdict === "ping") {
      this.#watch.state = "pinged";
      this.#watch.pingedS = nowS;
      this.#socket.write(ping);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    for (const framed of this.#framer.push(chunk)) {
      if (framed.kind === "message") {
        if (this.#watch.state === "new") this.#watch.state = "in-use";
        this.#events.received(framed.bytes, this);
      } else if (framed.kind === "ping") this.#socket.write(pong);
      else return this.#breakOff(framed.head);
    }
    this.#heard();
  }

  /** Nothing more is read. What cannot be cut is answered, and so is what came before it; then the connection ends. */
  #breakOff(head: Buffer | null): void {
    if (head === null) return this.close();
    this.#events.received(head, this);
    // Read and thrown away: unread bytes would make the system drop the answers.
    this.#socket.removeAllListeners("data");
    this.#socket.resume();
    setTimeout(() => this.close(), farewellMs).unref();
  }

  #heard(): void {
    const { nowS } = this.#clock;
    const watch = this.#watch;
    watch.heardS = nowS;
    watch.begunS = this.#framer.isInMessage ? (watch.begunS ?? nowS) : null;
    if (watch.state !== "pinged") return;
    watch.state = "in-use";
    if (this.#framer.takePong()) watch.pongs = "given";
  }
}
