/** How much the box keeps for a consumer that reads slowly: one page of the past, and a bounded backlog of what is live. */
import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import { beforeEach, expect, it } from "vitest";
import { OfficeScene } from "../../../testing/office-scene.ts";
import type { PublicCallEvent } from "../../domain/call/call-view.ts";
import type { ApiParts } from "./api-parts.ts";
import { PassThrough } from "node:stream";
import { EventFollowers, serveEventStream } from "./event-stream.ts";

/** A consumer whose network takes nothing until the test lets it. */
class SlowSocket extends EventEmitter {
  bufferedAmount = 0;
  readonly sent: string[] = [];
  closedWith = 0;
  private flushed: (() => void) | null = null;
  send(text: string): void {
    this.bufferedAmount += text.length;
    this.sent.push(text);
  }
  ping(_data: unknown, _mask: unknown, flushed: () => void): void {
    this.flushed = flushed;
  }
  close(code: number): void {
    this.closedWith = code;
    this.emit("close");
  }
  async take(): Promise<void> {
    this.bufferedAmount = 0;
    this.flushed?.();
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  }
}

let journal: PublicCallEvent[];
let listeners: Set<(event: PublicCallEvent) => void>;
let sample: PublicCallEvent;
const followers = new EventFollowers();
const socket = async (): Promise<SlowSocket> => {
  const slow = new SlowSocket();
  const queries = {
    eventsAfter: async (after: number, limit: number) => journal.slice(after, after + limit),
    onEvent: (listener: (event: PublicCallEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  serveEventStream(
    { socket: slow as unknown as WebSocket, connection: new PassThrough() },
    { parts: { queries } as unknown as ApiParts, followers },
    0,
  );
  await new Promise(setImmediate);
  return slow;
};
function happen(count: number): void {
  for (let done = 0; done < count; done += 1) {
    const event = { ...sample, cursor: journal.length + 1 };
    journal.push(event);
    for (const listener of listeners) listener(event);
  }
}

beforeEach(async () => {
  const scene = await OfficeScene.open();
  await scene.call();
  sample = scene.events[0] as PublicCallEvent;
  journal = [];
  listeners = new Set();
});

it("the past goes out page by page, each when the one before has left", async () => {
  happen(450);
  const slow = await socket();
  expect(slow.sent).toHaveLength(200);
  happen(1);
  expect(slow.sent).toHaveLength(200);
  expect(followers.figures(journal.length)).toEqual({ count: 1, largestLag: 251 });
  await slow.take();
  expect(slow.sent).toHaveLength(400);
  await slow.take();
  expect(slow.sent).toHaveLength(452);
  expect(JSON.parse(slow.sent.at(-1) ?? "")).toEqual({ kind: "caught-up", cursor: 451 });
  expect(followers.figures(journal.length)).toEqual({ count: 1, largestLag: 0 });
  slow.emit("close");
  expect(followers.figures(journal.length)).toEqual({ count: 0, largestLag: 0 });
});

it("a live consumer that takes nothing is closed with 1013 before its backlog grows beyond the bound, and is forgotten", async () => {
  const slow = await socket();
  while (slow.closedWith === 0 && journal.length < 100_000) happen(1);
  expect(slow.closedWith).toBe(1013);
  expect(slow.bufferedAmount).toBeLessThan(8 * 1024 * 1024 + 10_000);
  expect(listeners.size).toBe(0);
  const sent = slow.sent.length;
  happen(10);
  expect(slow.sent).toHaveLength(sent);
});

it("a consumer that goes away in the middle of the past is forgotten", async () => {
  happen(450);
  const slow = await socket();
  slow.emit("close");
  await slow.take();
  expect(slow.sent).toHaveLength(200);
  expect(listeners.size).toBe(0);
});
