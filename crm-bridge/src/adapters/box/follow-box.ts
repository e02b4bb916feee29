/**
 * Follows the box's events over `/api/events/stream`, from the cursor of the last one handled.
 *   connecting ─open─▶ following ─closed, error─▶ waiting ─pause─▶ connecting …
 * An event counts as handled when its effects and the cursor are stored; one that comes again is recognised by its cursor.
 */
import { WebSocket } from "ws";
import { callEventSchema, type CallEvent } from "@la2-cti/cti-box/contracts";
import type { FollowedEvent } from "../../application/follow-call.ts";
import type { Log } from "../../application/ports.ts";

const firstPauseMs = 200;
const longestPauseMs = 5_000;

export type BoxFollower = { state(): "following" | "away"; close(): void };

export function followBox(options: {
  boxUrl: string;
  serviceSecret: string;
  cursor: () => number;
  handle: (event: FollowedEvent) => void;
  /** An event that means nothing to tickets, or one of a later version: only its cursor counts. */
  skip: (cursor: number) => void;
  log: Log;
}): BoxFollower {
  let phase: "connecting" | "following" | "waiting" | "closed" = "connecting";
  let pauseMs = firstPauseMs;
  let socket: WebSocket | null = null;
  let timer: NodeJS.Timeout | null = null;

  const take = (content: string): void => {
    const frame = JSON.parse(content) as { kind?: unknown; event?: unknown };
    if (frame.kind === "caught-up") pauseMs = firstPauseMs;
    if (frame.kind !== "event") return;
    const cursor = (frame.event as { cursor?: unknown } | null)?.cursor;
    if (typeof cursor !== "number" || cursor <= options.cursor()) return;
    const parsed = callEventSchema.safeParse(frame.event);
    if (!parsed.success) {
      options.log.warn({ cursor }, "an event of the box is not understood and left out");
      options.skip(cursor);
      return;
    }
    const followed = followedEvent(parsed.data);
    if (followed === null) options.skip(cursor);
    else options.handle(followed);
  };

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
        take(content.toString("utf8"));
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
      timer = setTimeout(connect, pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
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

/** From the contract to the bridge's own event; null for those that mean nothing to tickets. */
export function followedEvent(event: CallEvent): FollowedEvent | null {
  const { call, cursor } = event;
  const about = {
    cursor,
    callId: call.callId,
    contactId: call.contactId,
    callerNumber: call.caller.isWithheld ? null : call.caller.number,
    callerName: call.caller.isWithheld ? null : call.caller.displayName,
    operatorLogin: call.operatorLogin,
    ticket: call.ticket,
  };
  switch (event.type) {
    case "call-ringing":
    case "call-answered":
    case "call-returned":
      return { ...about, type: event.type, by: event.operatorLogin };
    case "call-ring-ended":
      return { ...about, type: event.type, by: event.operatorLogin, outcome: event.outcome };
    case "ticket-attached":
      return { ...about, type: event.type, ticket: event.ticket };
    case "call-transfer-requested": {
      const { transferId, ticketId, reason, message, expiresAt, requestedBy, target } = event;
      const toOfficeId = target.kind === "office" ? target.officeId : null;
      return {
        ...about,
        type: event.type,
        by: requestedBy,
        transferId,
        toOfficeId,
        ticketId,
        reason,
        message,
        expiresAt,
      };
    }
    case "call-transfer-failed":
      return { ...about, type: event.type, transferId: event.transferId, cause: event.cause };
    case "call-transferred":
      return { ...about, type: event.type, transferId: event.transferId };
    case "call-ended":
      return { ...about, type: event.type };
    case "call-offered":
    case "call-queued":
    case "call-held":
    case "call-resumed":
    case "call-transfer-ringing":
      return null;
  }
}
