import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { anna, bruno, officeSettings, OfficeScene } from "../../testing/office-scene.ts";
import { lastingStore } from "../../testing/test-store.ts";
import type { OperatorId } from "../domain/call/ids.ts";

const carla = "carla" as OperatorId;
const { operators } = officeSettings();
const settings = officeSettings({
  operators: [
    ...operators,
    { login: "carla", displayName: "Carla", extension: "203", password: "password of carla", queues: [] },
  ],
});
let scene: OfficeScene;
beforeEach(async () => {
  scene = await OfficeScene.open(settings);
});
afterEach(() => scene.box.close());

const urp = () => scene.box.figures.now().queues[0];
const hangUp = async (legId: Awaited<ReturnType<OfficeScene["call"]>>, how: "cancel" | "bye"): Promise<void> => {
  scene.sip.hear(how === "bye" ? { type: "leg-ended", legId, how } : { type: "leg-cancelled", legId });
  await scene.settle();
};

test("who waits, and how long the oldest has waited", async () => {
  await scene.call();
  scene.clock.move(7_000);
  await scene.call();
  scene.clock.move(1_000);
  expect(urp()).toMatchObject({ queueId: "urp", label: "URP", now: { waiting: 2, longestWaitMs: 8_000, talking: 0 } });
  expect(scene.box.figures.now().calls).toMatchObject({ queued: 2, ringing: 0, answered: 0 });
});

test("a caller whose phone rings at an operator's still waits; then talks, and counts as answered once", async () => {
  scene.signIn(anna);
  const caller = await scene.call();
  scene.clock.move(3_000);
  expect(urp()?.now).toEqual({ waiting: 1, longestWaitMs: 3_000, talking: 0 });
  await scene.answer("anna");
  expect(urp()).toMatchObject({
    now: { waiting: 0, longestWaitMs: 0, talking: 1 },
    today: { answered: 1, abandoned: 0, turnedAway: 0, waitedMs: 3_000 },
  });
  await hangUp(caller, "bye");
  expect(urp()).toMatchObject({ now: { talking: 0 }, today: { answered: 1, abandoned: 0, turnedAway: 0 } });
});

test("a caller who gives up is abandoned; one whom nobody answered is turned away", async () => {
  await hangUp(await scene.call(), "bye");
  await scene.call();
  scene.clock.move(600_000);
  await scene.settle();
  expect(urp()?.today).toEqual({ answered: 0, abandoned: 1, turnedAway: 1, waitedMs: 0 });
});

test("operators are numbers of the queue and of the office, and none of them where they are two", async () => {
  scene.signIn(anna);
  scene.signIn(bruno);
  scene.signIn(carla);
  scene.box.desk.setAvailability(carla, "away");
  await scene.call();
  await scene.answer("anna");
  const counts = { free: 1, busy: 1, absent: 1 };
  expect(scene.box.figures.now()).toMatchObject({ operators: counts, queues: [{ operators: counts }] });
  const small = await OfficeScene.open();
  expect(small.box.figures.now()).toMatchObject({ operators: null, queues: [{ operators: null }] });
  await small.box.close();
});

test("who kept the place for a call back is counted until it is made; a queue without call back tells nothing of it", async () => {
  expect(urp()?.callbacks).toBeNull();
  await scene.box.close();
  const queues = settings.queues.map((queue) => ({
    ...queue,
    announcements: { language: "it" as const, placeEverySeconds: 60 },
    callback: { key: "1" as const, attempts: 2, pauseMinutes: 10, outOfHours: false },
  }));
  const outbound = { uri: "sip:192.0.2.1", callerId: { number: "+390668888888" } };
  const trunks = [{ trunkId: "tim", addresses: ["192.0.2.1"], outbound }];
  scene = await OfficeScene.open({ ...settings, queues, trunks });
  expect(urp()?.callbacks).toBe(0);
  const caller = await scene.call();
  scene.box.keyPressed(caller, "1");
  await scene.settle();
  scene.box.announcementEnded(caller);
  await scene.settle();
  expect(urp()).toMatchObject({ callbacks: 1, now: { waiting: 0 } });
  scene.signIn(anna);
  await scene.settle();
  await scene.answer("anna");
  await scene.answer("192.0.2.1");
  expect(urp()?.callbacks).toBe(0);
});

test("a restart loses nothing of the day, and midnight begins a new one", async () => {
  const store = lastingStore();
  onTestFinished(() => store.remove());
  const before = await OfficeScene.open(settings, await store.open());
  const first = before.sip;
  await before.call();
  first.hear({ type: "leg-ended", legId: first.openLegs()[0] as never, how: "bye" });
  await before.settle();
  expect(before.box.figures.now().queues[0]?.today.abandoned).toBe(1);
  await before.box.close();
  const after = await OfficeScene.open(settings, await store.open());
  expect(after.box.figures.now().queues[0]?.today.abandoned).toBe(1);
  after.clock.move(24 * 3_600_000);
  expect(after.box.figures.now().queues[0]?.today).toEqual({ answered: 0, abandoned: 0, turnedAway: 0, waitedMs: 0 });
  await after.box.close();
});
