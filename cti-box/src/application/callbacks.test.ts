/** Call back: the place is kept by a key, and when it is the citizen's turn an operator is rung, then the citizen. */
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { anna, officeSettings, OfficeScene } from "../../testing/office-scene.ts";
import { lastingStore } from "../../testing/test-store.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { OfficeSettings } from "./office-settings.ts";

const closed = { timeZone: "Europe/Rome", weekly: {}, holidays: "none", patronDay: null, closures: [] } as const;
const queue = {
  queueId: "urp",
  label: "URP",
  ringTimeoutSeconds: 20,
  maxWaitSeconds: 600,
  wrapUpSeconds: 0,
  announcements: { language: "it", placeEverySeconds: 60 },
  callback: { key: "1", attempts: 2, pauseMinutes: 10, outOfHours: true },
} as const;
const outbound = { uri: "sip:192.0.2.1", callerId: { number: "+390668888888" } };

let scene: OfficeScene;
const open = async (
  change: Partial<OfficeSettings> = {},
  store?: Parameters<typeof OfficeScene.open>[1],
): Promise<void> => {
  const trunks = [{ trunkId: "tim", addresses: ["192.0.2.1"], outbound }];
  const settings = officeSettings({ queues: [queue], trunks, ...change });
  scene = await OfficeScene.open({ ...settings, operators: settings.operators.slice(0, 1) }, store);
};
beforeEach(() => open());
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

async function pass(ms: number): Promise<void> {
  scene.clock.move(ms);
  await scene.settle();
}
/** Presses the key, hears that it is noted, and is let go. */
async function askFor(caller: LegId): Promise<void> {
  scene.box.keyPressed(caller, "1");
  await scene.settle();
  scene.box.announcementEnded(caller);
  await scene.settle();
}
const placed = (): string[] => scene.sip.placed.map(({ to }) => to.uri);
const toCitizen = "sip:+393331234567@192.0.2.1";
const states = (): string[] => scene.box.queries.callbacks().map(({ state }) => state);

test("whoever asked for it is not called while the box is about to stop: that is for after the restart", async () => {
  await askFor(await scene.call());
  await scene.call({ from: { user: "+393337654321", displayName: null } });
  void scene.box.drain(60_000);
  scene.signIn(anna);
  await pass(10_000);
  expect(scene.events.at(-1)).toMatchObject({ type: "call-ringing", call: { direction: "in" } });
  await scene.answer("anna");
  expect(placed()).not.toContain(toCitizen);
  expect(scene.box.queries.callbacks()).toHaveLength(1);
});

describe("a caller who keeps the place", () => {
  test("hears so, is let go, and stands in the line at the old place", async () => {
    const caller = await scene.call();
    expect(scene.media.announced.at(-1)).toContain("callback-1");
    await askFor(caller);
    expect(scene.media.announced.at(-1)).toContain("callback-accepted");
    expect(scene.events.at(-1)).toMatchObject({ type: "call-ended", endCause: "callback-requested" });
    expect(scene.box.queries.callbacks()).toEqual([
      expect.objectContaining({ number: "+393331234567", queueId: "urp", attempts: 0, state: "in-line" }),
    ]);
    await pass(1000);
    const later = await scene.call({ from: { user: "+393330000002", displayName: null } });
    scene.signIn(anna);
    await scene.settle();
    // He had come first.
    expect(scene.events.at(-1)).toMatchObject({
      type: "call-ringing",
      call: { direction: "out", caller: { number: "+393331234567" } },
    });
    scene.sip.hear({ type: "leg-ended", legId: later, how: "bye" });
  });

  test("the operator rings with the citizen on the card, answers, and the citizen is called: the same contact, the record of the queue", async () => {
    await askFor(await scene.call());
    scene.signIn(anna);
    await scene.settle();
    expect(scene.box.queries.callsOf(anna)).toMatchObject([
      {
        myState: { kind: "ringing" },
        call: { direction: "out", queue: { queueId: "urp" }, caller: { number: "+393331234567" } },
      },
    ]);
    expect(scene.box.desk.presenceOf(anna)).toBe("ringing");
    expect(placed()).toEqual(["sip:anna@session.invalid"]);
    await scene.answer("anna");
    expect(placed().at(-1)).toBe(toCitizen);
    await scene.answer(toCitizen);
    expect(scene.events.at(-1)).toMatchObject({ type: "call-answered", operatorId: anna });
    expect(states()).toEqual([]);
    const records = await scene.box.queries.records({ limit: 5 });
    expect(records.map(({ direction, queueId }) => [direction, queueId])).toEqual([
      ["in", "urp"],
      ["out", "urp"],
    ]);
    expect(new Set(records.map(({ contactId }) => contactId)).size).toBe(1);
  });

  test("busy: again after the pause, and after the last time it is given up", async () => {
    scene.signIn(anna);
    scene.box.desk.setAvailability(anna, "away");
    await askFor(await scene.call());
    scene.box.desk.setAvailability(anna, "available");
    await scene.settle();
    for (const rest of [1, 0]) {
      await scene.answer("anna");
      scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo(toCitizen), status: 486, q850: 17 });
      await scene.settle();
      expect(scene.box.queries.callbacks()).toHaveLength(rest);
      const before = placed().length;
      await pass(590_000);
      expect(placed()).toHaveLength(before);
      await pass(15_000);
    }
    expect(placed().filter((uri) => uri === toCitizen)).toHaveLength(2);
  });

  test("the operator does not answer: the next time soon, and it counts for nothing", async () => {
    await askFor(await scene.call());
    scene.signIn(anna);
    await scene.settle();
    await pass(20_000);
    expect(scene.events.at(-1)).toMatchObject({ type: "call-ended", endCause: "no-operator" });
    expect(scene.box.queries.callbacks()).toMatchObject([{ attempts: 0, state: "waiting" }]);
    await pass(35_000);
    expect(placed()).toEqual(["sip:anna@session.invalid", "sip:anna@session.invalid"]);
  });

  test("asks twice: one call back", async () => {
    await askFor(await scene.call());
    await pass(1000);
    await askFor(await scene.call());
    expect(scene.box.queries.callbacks()).toHaveLength(1);
  });

  test("calls again meanwhile: no call back as long as he is on the line, and none any more when he was answered", async () => {
    await askFor(await scene.call());
    const again = await scene.call();
    expect(states()).toEqual(["waiting"]);
    scene.sip.hear({ type: "leg-ended", legId: again, how: "bye" });
    await scene.settle();
    expect(states()).toEqual(["in-line"]);
    await scene.call();
    scene.signIn(anna);
    await scene.settle();
    await scene.answer("anna");
    expect(states()).toEqual([]);
    expect(placed()).toEqual(["sip:anna@session.invalid"]);
  });
});

describe("nobody to call back", () => {
  test.each([
    ["a withheld number", { from: { user: "anonymous", displayName: null }, isPrivate: true }],
    ["a premium number", { from: { user: "+39899123456", displayName: null } }],
    ["a number abroad", { from: { user: "+88213123456", displayName: null } }],
    ["no number at all", { from: { user: "alice", displayName: null } }],
  ])("%s: said so, and the caller stays", async (_what, change) => {
    const caller = await scene.call(change);
    scene.box.keyPressed(caller, "1");
    await scene.settle();
    expect(scene.media.announced.at(-1)).toContain("callback-refused");
    expect(scene.events.at(-1)).toMatchObject({ type: "call-queued" });
    expect(states()).toEqual([]);
  });
});

describe("out of hours", () => {
  const openAfterwards = { ...queue, hours: closed };

  test("the caller may ask within seconds of the announcement, and is called when the office is open", async () => {
    await scene.box.close();
    await open({ queues: [openAfterwards] });
    scene.signIn(anna);
    const caller = await scene.call();
    expect(scene.media.announced.at(-1)).toMatch(/out-of-hours.*callback-1/);
    scene.box.announcementEnded(caller);
    await scene.settle();
    await pass(5_000);
    await askFor(caller);
    expect(scene.events.at(-1)).toMatchObject({ type: "call-ended", endCause: "callback-requested" });
    await pass(60_000);
    expect(states()).toEqual(["waiting"]);
    expect(placed()).toEqual([]);
  });

  test("who presses nothing is let go", async () => {
    await scene.box.close();
    await open({ queues: [openAfterwards] });
    const caller = await scene.call();
    scene.box.announcementEnded(caller);
    await scene.settle();
    await pass(6_000);
    expect(scene.events.at(-1)).toMatchObject({ type: "call-ended", endCause: "out-of-hours" });
  });
});

test("a restart forgets nobody: neither who waits, nor how often he was called", async () => {
  const store = lastingStore();
  onTestFinished(() => store.remove());
  await scene.box.close();
  await open({}, await store.open());
  await askFor(await scene.call());
  scene.signIn(anna);
  await scene.settle();
  await scene.answer("anna");
  scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo(toCitizen), status: 486, q850: 17 });
  await scene.settle();
  const before = scene.box.queries.callbacks();
  await scene.box.close();
  await open({}, await store.open());
  expect(scene.box.queries.callbacks()).toEqual(before);
  expect(before).toMatchObject([{ attempts: 1, state: "waiting" }]);
});
