/** One page's connection: SIP over WebSocket, secure or not (RFC 7118). */
import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { TlsPeer } from "../tls/tls-peer.ts";
import { plainAddress, type Flow, type Listener, type Protocol, type TransportEvents } from "./flow.ts";

const missedPongsAllowed = 2;
const largestBacklog = 4 * 1024 * 1024;

export type PageOrder = {
  listener: Listener;
  events: TransportEvents;
  /** Our own host towards this peer. */
  host: string;
  tlsPeer: TlsPeer | null;
};

export class WebSocketConnection implements Flow {
  readonly protocol: Protocol;
  readonly listener: Listener;
  readonly advertised: { host: string; port: number };
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly id: string;
  readonly tlsPeer: TlsPeer | null;
  readonly #socket: WebSocket;
  readonly #events: TransportEvents;
  #missedPongs = 0;

  constructor(socket: WebSocket, below: Socket, { listener, events, host, tlsPeer }: PageOrder) {
    this.protocol = listener.protocol;
    this.listener = listener;
    this.advertised = { host, port: listener.port };
    this.remoteAddress = plainAddress(below.remoteAddress);
    this.remotePort = below.remotePort ?? 0;
    this.id = `${this.protocol}:${this.key}`;
    this.tlsPeer = tlsPeer;
    this.#socket = socket;
    this.#events = events;
    socket.on("message", (content: Buffer) => this.#read(content));
    socket.on("pong", () => {
      this.#missedPongs = 0;
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => events.closed(this));
  }

  /** Where it leads. */
  get key(): string {
    return `${this.remoteAddress}:${this.remotePort}`;
  }

  isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  towardsPort(): Flow {
    return this;
  }

  send(bytes: Buffer, failed?: (error: Error) => void): void {
    if (!this.isOpen() || this.#socket.bufferedAmount > largestBacklog) {
      failed?.(new Error("connection is closed or does not take data"));
      this.#socket.terminate();
      return;
    }
    this.#events.sent?.(bytes, this);
    // SIP is text, and SIP stacks in pages expect strings; but a text frame that is no UTF-8 would end the connection (RFC 6455 §8.1).
    this.#socket.send(bytes, { binary: !isUtf8(bytes) }, (error) => {
      if (error) failed?.(error);
    });
  }

  /** Asks whether the page is still there; ends the connection of one that has not answered for a while. */
  ping(): void {
    if (this.#missedPongs >= missedPongsAllowed) this.#socket.terminate();
    else this.#socket.ping();
    this.#missedPongs += 1;
  }

  #read(content: Buffer): void {
    this.#missedPongs = 0;
    const text = content.length <= 4 ? content.toString("latin1") : "";
    if (text === "\r\n\r\n") this.#socket.send("\r\n");
    else if (text === "") this.#events.received(content, this);
  }
}
