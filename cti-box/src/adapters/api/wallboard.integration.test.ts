/** The screen on the wall: what it is shown, to whom, and how often. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { wallboardFrameSchema, wallboardSchema, type Wallboard } from "../../../contracts/index.ts";
import { ApiScene, serviceSecret, wallboardKey, type Line } from "../../../testing/api-scene.ts";
import { anna } from "../../../testing/office-scene.ts";
import { frameAtLeastEveryMs, lookEveryMs, mostScreens } from "./wallboard-channel.ts";

let scene: ApiScene;
beforeEach(async () => {
  scene = await ApiScene.open();
});
afterEach(() => scene.close());

async function screen(token = wallboardKey): Promise<Line> {
  const line = scene.line("/api/wallboard/stream");
  await line.opened;
  line.say({ kind: "hello", token });
  return line;
}
const shown = (line: Line): Wallboard[] =>
  line.frames.flatMap((frame) => {
    const parsed = wallboardFrameSchema.parse(frame);
    return parsed.kind === "wallboard" ? [parsed.wallboard] : [];
  });
const read = async (): Promise<Wallboard> =>
  wallboardSchema.parse((await scene.ask("GET", "/api/wallboard", { token: wallboardKey })).json);

it("tells of the queue: who waits and since when, who talks, what became of the calls of today", async () => {
  expect(await read()).toMatchObject({
    office: { officeId: "x_test1", label: "Comune Uno" },
    operators: null,
    queues: [{ queueId: "urp", label: "URP", waiting: 0, waitingSince: null, talking: 0, operators: null }],
  });
  const { clock } = scene.office;
  const cameAt = new Date(clock.now()).toISOString();
  await scene.office.call();
  clock.move(8_000);
  expect((await read()).queues[0]).toMatchObject({ waiting: 1, waitingSince: cameAt });
  scene.office.signIn(anna);
  await scene.office.settle();
  await scene.office.answer("anna");
  expect((await read()).queues[0]).toMatchObject({
    waiting: 0,
    talking: 1,
    today: { answered: 1, abandoned: 0, turnedAway: 0, averageWaitSeconds: 8 },
  });
});

it("opens to the screen's key, to programs and to operators, and the key opens nothing else", async () => {
  const { token } = await scene.signIn("anna");
  const statuses = [];
  for (const each of [wallboardKey, serviceSecret, token, "wrong"])
    statuses.push((await scene.ask("GET", "/api/wallboard", { token: each })).status);
  expect(statuses).toEqual([200, 200, 200, 401]);
  for (const path of ["/api/calls", "/api/events", "/api/call-records", "/api/directory", "/api/trunks"])
    expect((await scene.ask("GET", path, { token: wallboardKey })).status, path).toBe(401);
});

it("says nothing of a person", async () => {
  scene.office.signIn(anna);
  await scene.office.call();
  const { text } = await scene.ask("GET", "/api/wallboard", { token: wallboardKey });
  expect(text).not.toMatch(/anna|bruno|333/i);
});

describe("the line", () => {
  it("sends a change within a second, not more than one frame a second, and now and then one without a change", async () => {
    const line = await screen();
    await line.frame((frame) => frame["kind"] === "wallboard");
    const { clock } = scene.office;
    for (let calls = 0; calls < 5; calls += 1) await scene.office.call();
    clock.move(lookEveryMs);
    await line.read();
    expect(shown(line).at(-1)?.queues[0]?.waiting).toBe(5);
    const before = line.frames.length;
    clock.move(frameAtLeastEveryMs - lookEveryMs);
    await line.read();
    expect(line.frames).toHaveLength(before);
    clock.move(lookEveryMs);
    await line.read();
    expect(line.frames).toHaveLength(before + 1);
    await scene.office.call();
    clock.move(lookEveryMs);
    await line.read();
    expect(line.frames).toHaveLength(before + 2);
  });

  it("ends with its reason: a wrong token, a session that was closed; and in time without hello", async () => {
    const stranger = await screen("wrong");
    expect(await stranger.frame((frame) => frame["kind"] === "refused")).toEqual({ kind: "refused", why: "bad-token" });
    await stranger.closed;
    const { token } = await scene.signIn("bruno");
    const supervisor = await screen(token);
    await supervisor.frame((frame) => frame["kind"] === "wallboard");
    await scene.ask("DELETE", "/api/sessions/current", { token });
    expect(await supervisor.frame((frame) => frame["kind"] === "refused")).toEqual({ kind: "refused", why: "expired" });
    await supervisor.closed;
    const silent = scene.line("/api/wallboard/stream");
    await silent.opened;
    scene.office.clock.move(5_000);
    await silent.closed;
    const babbler = scene.line("/api/wallboard/stream");
    await babbler.opened;
    babbler.say("no JSON");
    await babbler.closed;
  });

  it("leaves no timer behind when the last screen has gone", async () => {
    const timers = scene.office.clock.timers();
    const line = await screen();
    await line.frame((frame) => frame["kind"] === "wallboard");
    expect(scene.office.clock.timers()).toBe(timers + 1);
    line.socket.close();
    await line.closed;
    await expect.poll(() => scene.office.clock.timers()).toBe(timers);
  });

  it("is for so many screens at once, and the next is told to come later", async () => {
    const lines = [];
    for (let count = 0; count < mostScreens; count += 1) lines.push(await screen());
    await Promise.all(lines.map((line) => line.frame((frame) => frame["kind"] === "wallboard")));
    expect(await (await screen()).closed).toBe(1013);
  });
});
