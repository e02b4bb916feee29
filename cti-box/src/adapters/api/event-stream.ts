/**
 * WebSocket `/api/events/stream?after=CURSOR`: past events first, then `caught-up`, then live ones; each once, in order, none left out.
 *   past: reading the journal ─nothing newer there─▶ live ─consumer too slow─▶ closed (1013; it comes back with its cursor)
 * Live events are told in the order of their cursors, each once; what was told while a page was read is read with the next one.
 */
import type { Writable } from "node:stream";
import type { WebSocket } from "ws";
import { gatherThisTurn } from "../../sockets/gather-writes.ts";
import type { ApiParts } from "./api-parts.ts";
import type { PublicCallEvent } from "../../domain/call/call-view.ts";
import type { EventStreamFrame } from "../../../contracts/index.ts";
import { eventToContract } from "./to-contract.ts";

const pageSize = 200;
/** Unsent bytes after which a consumer has to come back later. */
const largestBacklog = 8 * 1024 * 1024;
const tryAgainLater = 1013;

/**
 * Whether the cursor can be this journal's own. One beyond its end was given by another journal (the data directory was replaced):
 * events would be left out in silence until the numbers meet again, so the consumer is told instead.
 */
export async function isKnownCursor(parts: ApiParts, after: number): Promise<boolean> {
  if (after <= (await parts.queries.lastCursor())) return true;
  parts.log.warn({ after }, "a consumer asked for events after a cursor that this journal has not reached");
  return false;
}

/** Who follows the events now, and how far behind the slowest is. */
export class EventFollowers {
  readonly #cursors = new Set<() => number>();

  /** Returns the way to forget the follower. */
  add(cursor: () => number): () => void {
    this.#cursors.add(cursor);
    return () => this.#cursors.delete(cursor);
  }

  figures(lastCursor: number): { count: number; largestLag: number } {
    const lags = [...this.#cursors].map((cursor) => Math.max(0, lastCursor - cursor()));
    return { count: lags.length, largestLag: Math.max(0, ...lags) };
  }
}

export type FollowedEvents = { parts: ApiParts; followers: EventFollowers };

/** `connection`: what the frames leave over. */
export type Consumer = { socket: WebSocket; connection: Writable };

/** Serves one consumer until it goes away. */
export function serveEventStream(consumer: Consumer, events: FollowedEvents, after: number): void {
  const { socket } = consumer;
  const stream = new EventStream(consumer, events, after);
  socket.on("close", () => stream.stop());
  socket.on("error", () => socket.terminate());
  // Nothing is asked of a consumer: what it says is not read.
  void stream.sendPast();
}

class EventStream {
  readonly #socket: WebSocket;
  readonly #connection: Writable;
  readonly #queries: ApiParts["queries"];
  readonly #forget: () => void;
  readonly #stopListening: () => void;
  #cursor: number;
  /** The newest that was told of while the past is read. */
  #newest = 0;
  #phase: "past" | "live" | "closed" = "past";

  constructor({ socket, connection }: Consumer, { parts, followers }: FollowedEvents, after: number) {
    this.#socket = socket;
    this.#connection = connection;
    this.#queries = parts.queries;
    this.#cursor = after;
    this.#forget = followers.add(() => this.#cursor);
    this.#stopListening = parts.queries.onEvent((event) => this.#happened(event));
  }

  stop(): void {
    this.#phase = "closed";
    this.#forget();
    this.#stopListening();
  }

  /** Page by page, each when the one before has left for the network: a long past neither fills the memory nor holds up calls. */
  async sendPast(): Promise<void> {
    const page = await this.#queries.eventsAfter(this.#cursor, pageSize).catch(() => null);
    if (this.#phase !== "past") return;
    if (page === null) return this.#giveUp("the journal cannot be read now, come back with your cursor");
    for (const event of page) this.#send(event);
    if (page.length === pageSize || this.#newest > this.#cursor) {
      this.#socket.ping(undefined, undefined, () => setImmediate(() => void this.sendPast()));
      return;
    }
    this.#phase = "live";
    this.#frame({ kind: "caught-up", cursor: this.#cursor });
  }

  #happened(event: PublicCallEvent): void {
    this.#newest = event.cursor;
    if (this.#phase !== "live" || event.cursor <= this.#cursor) return;
    gatherThisTurn(this.#connection);
    this.#send(event);
    if (this.#socket.bufferedAmount > largestBacklog) this.#giveUp("too slow, come back with your cursor");
  }

  #giveUp(why: string): void {
    this.stop();
    this.#socket.close(tryAgainLater, why);
  }

  #send(event: PublicCallEvent): void {
    this.#frame({ kind: "event", event: eventToContract(event) });
    this.#cursor = event.cursor;
  }

  #frame(frame: EventStreamFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }
}
