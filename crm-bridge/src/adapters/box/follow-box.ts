/**
 * Follows the box's events over `/api/events/stream`, from the cursor of the last one handled.
 *   connecting ─open─▶ following ─closed, error─▶ waiting ─pause─▶ connecting …
 * An event counts as handled when its effects and the cursor are stored; one that comes again is recognised by its cursor.
 */
import { WebSocket } from "ws";
import { callEventSchema } from "@la2-cti/cti-box/contracts";
import { retryPauseMs } from "../../application/retry-pause.ts";
import type { FollowedEvent } from "../../application/follow-call.ts";
import type { Log } from "../../application/ports.ts";
import { followedEvent } from "./followed-event.ts";

const pauses = { firstMs: 200, longestMs: 5_000 };

export type BoxFollower = { state(): "following" | "away"; close(): void };

export type FollowOptions = {
  boxUrl: string;
  serviceSecret: string;
  cursor: () => number;
  handle: (event: FollowedEvent) => void;
  /** An event that means nothing to tickets, or one of a later version: only its cursor counts. */
  skip: (cursor: number) => void;
  log: Log;
};

export function followBox(options: FollowOptions): BoxFollower {
  let phase: "connecting" | "following" | "waiting" | "closed" = "connecting";
  let failures = 0;
  let socket: WebSocket | null = null;
  let timer: NodeJS.Timeout | null = null;

  const connect = (): void => {
    phase = "connecting";
    const url = `${options.boxUrl.replace(/^http/, "ws")}/api/events/stream?after=${options.cursor()}`;
    const opened = new WebSocket(url, {
      headers: { authorization: `Bearer ${options.serviceSecret}` },
      handshakeTimeout: 5_000,
    });
    socket = opened;
    opened.on("open", () => {
      phase = "following";
      options.log.info({ after: options.cursor() }, "following the box");
    });
    opened.on("message", (content: Buffer) => {
      try {
        if (takeFrame(options, content.toString("utf8")) === "caught-up") failures = 0;
      } catch (error) {
        // Nothing was stored: start again from the stored cursor rather than leave the event out.
        options.log.error({ error: String(error) }, "an event could not be handled; it will be read again");
        opened.terminate();
      }
    });
    opened.on("error", () => opened.terminate());
    opened.on("close", () => {
      if (phase === "closed" || socket !== opened) return;
      if (phase === "following") options.log.warn({}, "the box is away; calls go on, tickets will catch up");
      phase = "waiting";
      timer = setTimeout(connect, retryPauseMs(pauses, failures, Math.random()));
      failures += 1;
    });
  };
  connect();
  return {
    state: () => (phase === "following" ? "following" : "away"),
    close: () => {
      phase = "closed";
      if (timer) clearTimeout(timer);
      socket?.terminate();
    },
  };
}

/** One frame of the stream. Throws when its event could not be handled. */
function takeFrame(options: FollowOptions, content: string): "caught-up" | "taken" {
  const frame = JSON.parse(content) as { kind?: unknown; event?: unknown };
  if (frame.kind === "caught-up") return "caught-up";
  const cursor = (frame.event as { cursor?: unknown } | null | undefined)?.cursor;
  if (frame.kind !== "event" || typeof cursor !== "number" || cursor <= options.cursor()) return "taken";
  const parsed = callEventSchema.safeParse(frame.event);
  const followed = parsed.success ? followedEvent(parsed.data) : null;
  if (!parsed.success) options.log.warn({ cursor }, "an event of the box is not understood and left out");
  if (followed === null) options.skip(cursor);
  else options.handle(followed);
  return "taken";
}
