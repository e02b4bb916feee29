/** The box's line to the screen on the wall. */
import { wallboardFrameSchema, type Wallboard } from "@la2-cti/cti-box/contracts";
import type { WallboardEvent, WallboardNumbers } from "../../domain/wallboard/wallboard.ts";
import { LastingSocket } from "../operator-channel/lasting-socket.ts";

/** Returns the way to end it. */
export function followWallboard(key: string, tell: (event: WallboardEvent) => void): () => void {
  const socket = new LastingSocket({
    path: "/api/wallboard/stream",
    hello: JSON.stringify({ kind: "hello", token: key }),
    link: (state) => {
      if (state === "lost") tell({ type: "line-lost" });
    },
    frame: (text) => {
      const frame = wallboardFrameSchema.safeParse(JSON.parse(text));
      if (!frame.success) return { reply: null, stop: false };
      if (frame.data.kind === "refused") tell({ type: "refused" });
      else tell({ type: "numbers", numbers: numbersFrom(frame.data.wallboard), atMs: Date.now() });
      return { reply: null, stop: frame.data.kind === "refused" };
    },
  });
  return () => socket.close();
}

function numbersFrom({ at, office, operators, queues }: Wallboard): WallboardNumbers {
  return {
    atMs: Date.parse(at),
    officeLabel: office.label,
    operators,
    queues: queues.map(({ waitingSince, today, ...queue }) => ({
      ...queue,
      ...today,
      waitingSinceMs: waitingSince === null ? null : Date.parse(waitingSince),
    })),
  };
}
