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

/** Serves one consumer until it goes away. */
export function serveEventStream(socket: WebSocket, parts: ApiParts, after: number): void {
  let cursor = after;
  let phase: "past" | "live" | "closed" = "past";
  const send = (frame: EventStreamFrame): void => socket.send(JSON.stringify(frame));

  /** Sends everything newer than the cursor; the journal answers at once, so no event can slip in between two pages. */
  const sendNewer = (): void => {
    for (;;) {
      if (phase === "closed") return;
      if (socket.bufferedAmount > largestBacklog) {
        stop();
        socket.close(tryAgainLater, "too slow, come back with your cursor");
        return;
      }
      const events = parts.queries.eventsAfter(cursor, pageSize);
      for (const event of events) {
        send({ kind: "event", event: eventToContract(event) });
        cursor = event.cursor;
      }
      if (events.length < pageSize) return;
    }
  };
  const stopListening = parts.queries.onEvent((event) => {
    if (phase === "live" && event.cursor > cursor) sendNewer();
  });
  const stop = (): void => {
    phase = "closed";
    stopListening();
  };
  socket.on("close", stop);
  socket.on("error", () => socket.terminate());
  // Nothing is asked of a consumer: what it says is not read.
  sendNewer();
  if (socket.readyState !== socket.OPEN) return;
  send({ kind: "caught-up", cursor });
  phase = "live";
}
