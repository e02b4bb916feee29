/**
 * WebSocket `/api/events/stream?after=CURSOR`: past events first, then `caught-up`, then live ones; each once, in order, none left out.
 *   reading the journal ─nothing newer there─▶ live ─consumer too slow─▶ closed (1013; it comes back with its cursor)
 * Live events are told by the journal as it grows, and the stream reads from the journal itself, so what is live and what is past cannot overlap.
 */
import type { WebSocket } from "ws";
import type { ApiParts } from "./api-parts.ts";
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
export function isKnownCursor(parts: ApiParts, after: number): boolean {
  if (after <= parts.queries.lastCursor()) return true;
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

/** Serves one consumer until it goes away. */
export function serveEventStream(socket: WebSocket, { parts, followers }: FollowedEvents, after: number): void {
  let cursor = after;
  const forget = followers.add(() => cursor);
  let phase: "past" | "live" | "closed" = "past";
  const send = (frame: EventStreamFrame): void => socket.send(JSON.stringify(frame));

  /** One page of what is newer than the cursor. Says whether the journal has more. */
  const sendPage = (): boolean => {
    const events = parts.queries.eventsAfter(cursor, pageSize);
    for (const event of events) {
      send({ kind: "event", event: eventToContract(event) });
      cursor = event.cursor;
    }
    return events.length === pageSize;
  };
  /** Page by page, each when the one before has left for the network: a long past neither fills the memory nor holds up calls. */
  const sendPast = (): void => {
    if (phase !== "past") return;
    if (sendPage()) {
      socket.ping(undefined, undefined, () => setImmediate(sendPast));
      return;
    }
    // The journal answered at once, so no event can slip in between the last page and this.
    send({ kind: "caught-up", cursor });
    phase = "live";
  };
  const stopListening = parts.queries.onEvent((event) => {
    if (phase !== "live" || event.cursor <= cursor) return;
    while (sendPage());
    if (socket.bufferedAmount <= largestBacklog) return;
    stop();
    socket.close(tryAgainLater, "too slow, come back with your cursor");
  });
  const stop = (): void => {
    phase = "closed";
    forget();
    stopListening();
  };
  socket.on("close", stop);
  socket.on("error", () => socket.terminate());
  // Nothing is asked of a consumer: what it says is not read.
  sendPast();
}
