/**
 * WebSocket `/api/wallboard/stream`: the screens on the wall.
 *   connected ─hello─▶ shown ─session ends, box stops─▶ closed          └ no hello within 5 s, bad token, too many screens ─▶ closed
 * The office is looked at once a second for all screens together, and not at all while there is none.
 */
import type { WebSocket } from "ws";
import { wallboardHelloSchema, type Wallboard, type WallboardFrame } from "../../../contracts/index.ts";
import type { ApiParts } from "./api-parts.ts";
import type { OpenSession, Sessions } from "./sessions.ts";
import { viewerOf, wallboardOf } from "./wallboard.ts";

const helloDeadlineMs = 5_000;
/** At most one frame in this time. */
export const lookEveryMs = 1_000;
/** A screen that hears nothing for long takes the line for dead. */
export const frameAtLeastEveryMs = 15_000;
export const mostScreens = 50;

type Screen = { socket: WebSocket; viewer: OpenSession | "screen" };

export class WallboardChannel {
  readonly #parts: ApiParts;
  readonly #sessions: Sessions;
  readonly #screens = new Set<Screen>();
  #shown: { content: string; atMs: number } | null = null;
  #stopLooking: (() => void) | null = null;

  constructor(parts: ApiParts, sessions: Sessions) {
    this.#parts = parts;
    this.#sessions = sessions;
    sessions.onClose((session) => {
      for (const { socket, viewer } of this.#screens) if (viewer === session) refuse(socket, "expired");
    });
  }

  /** Takes over a socket that was just opened. */
  accept(socket: WebSocket): void {
    const stopDeadline = this.#parts.clock.after(helloDeadlineMs, () => socket.close());
    socket.on("error", () => socket.terminate());
    socket.on("close", stopDeadline);
    socket.once("message", (content: Buffer) => {
      stopDeadline();
      const hello = wallboardHelloSchema.safeParse(jsonOf(content));
      if (hello.success) void this.#hello(socket, hello.data.token);
      else refuse(socket, "bad-token");
    });
  }

  close(): void {
    this.#stopLooking?.();
    for (const { socket } of this.#screens) socket.close(1001, "the box stops");
  }

  async #hello(socket: WebSocket, token: string): Promise<void> {
    const viewer = await viewerOf(token, { parts: this.#parts, sessions: this.#sessions });
    if (viewer === null) return refuse(socket, "bad-token");
    if (socket.readyState !== socket.OPEN) return undefined;
    if (this.#screens.size >= mostScreens) return socket.close(1013, "too many screens");
    const screen: Screen = { socket, viewer };
    this.#screens.add(screen);
    socket.on("close", () => this.#left(screen));
    send(socket, { kind: "wallboard", wallboard: wallboardOf(this.#parts) });
    if (this.#stopLooking === null) this.#lookLater();
    return undefined;
  }

  #left(screen: Screen): void {
    this.#screens.delete(screen);
    if (this.#screens.size > 0) return;
    this.#stopLooking?.();
    this.#stopLooking = null;
  }

  #lookLater(): void {
    this.#stopLooking = this.#parts.clock.after(lookEveryMs, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const wallboard = wallboardOf(this.#parts);
    const content = contentOf(wallboard);
    const nowMs = this.#parts.clock.now();
    const shown = this.#shown;
    if (shown !== null && shown.content === content && nowMs - shown.atMs < frameAtLeastEveryMs) return;
    this.#shown = { content, atMs: nowMs };
    for (const { socket } of this.#screens) send(socket, { kind: "wallboard", wallboard });
  }
}

/** All but the time. */
function contentOf({ at: _at, ...rest }: Wallboard): string {
  return JSON.stringify(rest);
}

function refuse(socket: WebSocket, why: "bad-token" | "expired"): void {
  send(socket, { kind: "refused", why });
  socket.close();
}

function send(socket: WebSocket, frame: WallboardFrame): void {
  // A screen that does not keep up misses a frame: the next one holds everything anew.
  if (socket.readyState === socket.OPEN && socket.bufferedAmount === 0) socket.send(JSON.stringify(frame));
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return null;
  }
}
