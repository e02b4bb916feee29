/** Follows the box's events as a bridge does, and counts them: calls that left no event were not whole calls. */
import { once } from "node:events";
import { WebSocket } from "ws";

export type EventReader = { count(type: string): number; close(): void };

/** Resolves when the box has let the reader in. */
export async function readEvents({ url, serviceSecret }: { url: string; serviceSecret: string }): Promise<EventReader> {
  const counts = new Map<string, number>();
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${serviceSecret}` }, handshakeTimeout: 5_000 });
  socket.on("message", (content: Buffer) => {
    const frame = JSON.parse(content.toString()) as { kind: string; event?: { type: string } };
    const type = frame.event?.type;
    if (type !== undefined) counts.set(type, (counts.get(type) ?? 0) + 1);
  });
  await once(socket, "open");
  return { count: (type) => counts.get(type) ?? 0, close: () => socket.terminate() };
}
