/** Bytes of one connection to frames of one application, whichever side connected. */
import type { Socket } from "node:net";
import { FrameReader, largestFrame, largestFrameBefore } from "./frame-reader.ts";
import { Session, type SessionParts } from "./session.ts";

export const keepAliveMs = 45_000;
export const authenticationDeadlineMs = 5_000;

/** Serves the application until its connection closes. */
export function serveConnection(socket: Socket, parts: SessionParts): void {
  const session = new Session(socket, parts);
  const reader = new FrameReader();
  const late = setTimeout(() => {
    if (!session.isAuthenticated) socket.destroy();
  }, authenticationDeadlineMs).unref();
  const limit = (): number => (session.isAuthenticated ? largestFrame : largestFrameBefore);
  socket.on("data", (chunk: Buffer) => {
    for (const result of reader.push(chunk, limit)) {
      if (result.kind === "broken") {
        parts.core.context.log.write("warn", "control connection sent a broken frame", { reason: result.reason });
        socket.destroy();
        return;
      }
      session.handle(result.payload);
      if (socket.writableEnded || socket.destroyed) return;
    }
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    clearTimeout(late);
    session.left();
  });
}
