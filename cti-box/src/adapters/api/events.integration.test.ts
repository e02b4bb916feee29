/** Following events by cursor: a consumer that was away misses nothing and gets nothing twice, whatever it asks and however slow it reads. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callEventSchema, eventPageSchema, problemSchema, type CallEvent } from "../../../contracts/index.ts";
import { ApiScene, serviceSecret, type Line } from "../../../testing/api-scene.ts";
import { anna } from "../../../testing/office-scene.ts";

let scene: ApiScene;
beforeEach(async () => {
  scene = await ApiScene.open();
});
afterEach(() => scene.close());

const token = serviceSecret;
const page = async (query: string): Promise<{ items: CallEvent[]; nextCursor: number }> => {
  const answer = await scene.ask("GET", `/api/events${query}`, { token });
  expect(answer.status).toBe(200);
  return eventPageSchema.parse(answer.json);
};
const stream = async (after: number | string): Promise<Line> => {
  const line = scene.line(`/api/events/stream?after=${after}`, { token });
  expect(await line.opened).toBe(101);
  return line;
};
const caughtUp = (line: Line) => line.frame((frame) => frame["kind"] === "caught-up");
const eventsOf = (line: Line): CallEvent[] =>
  line.frames.filter((frame) => frame["kind"] === "event").map((frame) => callEventSchema.parse(frame["event"]));
const journal = async (): Promise<number[]> =>
  (await scene.office.store.eventsAfter(0, 100_000)).map((event) => event.cursor);
const lastCursor = async (): Promise<number> => (await journal()).at(-1) ?? 0;
const reached = (line: Line, cursor: number) =>
  line.frame((frame) => (frame["event"] as { cursor?: number } | undefined)?.cursor === cursor);

/** Calls that nobody answers: two events each. */
async function calls(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) scene.office.sip.invite(scene.office.invite());
  await scene.office.settle();
}

describe("in pages", () => {
  it("gives every event once, in the order of the journal, in the shape of the contract", async () => {
    await calls(5);
    const seen: number[] = [];
    for (let after = 0, more = true; more;) {
      const { items, nextCursor } = await page(`?after=${after}&limit=3`);
      seen.push(...items.map((event) => event.cursor));
      more = items.length > 0;
      after = nextCursor;
    }
    expect(seen).toEqual(await journal());
    expect(seen).toHaveLength(10);
  });

  it("an empty journal answers with cursor 0", async () => {
    expect(await page("")).toEqual({ items: [], nextCursor: 0 });
  });

  it("a cursor beyond the journal's end is a conflict, not silence", async () => {
    await calls(1);
    expect((await page(`?after=${await lastCursor()}`)).items).toEqual([]);
    const answer = await scene.ask("GET", `/api/events?after=${(await lastCursor()) + 1}`, { token });
    expect(answer.status).toBe(409);
    expect(problemSchema.parse(answer.json).type).toBe("/problems/unknown-cursor");
    expect(scene.office.log.messages("warn")).toContain(
      "a consumer asked for events after a cursor that this journal has not reached",
    );
  });
});

describe("as a stream", () => {
  it("sends the past, says that it has caught up, then what happens, without gap or double", async () => {
    await calls(3);
    const line = await stream(0);
    expect(await caughtUp(line)).toEqual({ kind: "caught-up", cursor: await lastCursor() });
    scene.office.signIn(anna);
    await scene.office.settle();
    await reached(line, await lastCursor());
    expect(eventsOf(line).map((event) => event.cursor)).toEqual(await journal());
    expect(eventsOf(line).at(-1)).toMatchObject({ type: "call-ringing", operatorLogin: "anna" });
  });

  it("a consumer that was away comes back with its cursor and misses nothing", async () => {
    const first = await stream(0);
    await calls(2);
    await reached(first, await lastCursor());
    const kept = eventsOf(first).at(-1)?.cursor ?? 0;
    first.socket.terminate();
    await first.closed;
    await calls(4);
    const second = await stream(kept);
    await caughtUp(second);
    const seen = [...eventsOf(first), ...eventsOf(second)].map((event) => event.cursor);
    expect(seen).toEqual(await journal());
  });

  it("events that happen while a long past is read come once, in their place", async () => {
    await calls(600);
    const line = await stream(0);
    await calls(1);
    await caughtUp(line);
    await calls(1);
    await reached(line, await lastCursor());
    expect(eventsOf(line).map((event) => event.cursor)).toEqual(await journal());
    expect(line.frames.filter((frame) => frame["kind"] === "caught-up")).toHaveLength(1);
  });

  it.each([
    ["-1", 400],
    ["x", 400],
    ["1e3", 400],
    ["99999999999999999", 400],
    ["7", 409],
  ])("a bad cursor, %s, is refused with %i", async (after, status) => {
    expect(await scene.line(`/api/events/stream?after=${after}`, { token }).opened).toBe(status);
  });

  it("is for the office's programs only", async () => {
    const session = await scene.signIn("bruno");
    const path = "/api/events/stream";
    expect(await scene.line(path).opened).toBe(401);
    expect(await scene.line(path, { token: session.token }).opened).toBe(401);
    expect(await scene.line(path, { token: `${serviceSecret}x` }).opened).toBe(401);
    expect(await scene.line(path, { token, headers: { origin: "https://elsewhere.example" } }).opened).toBe(403);
  });

  it("what a consumer says is not read; a frame that is too large ends the line", async () => {
    const line = await stream(0);
    line.say("x");
    await calls(1);
    await reached(line, await lastCursor());
    line.say("x".repeat(64 * 1024 + 1));
    expect(await line.closed).toBe(1009);
    expect((await scene.ask("GET", "/api/status")).status).toBe(200);
  });
});
