/** An operator found a colleague busy and is told when both are free. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, bruno, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import { longestNoticeMs } from "../domain/operator/free-notices.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";

let scene: OfficeScene;
let told: string[];
let pages: "open" | "closed";

const settings = officeSettings();
const config = officeSettings({
  // Citizens ring at Bruno's only.
  operators: settings.operators.map((one) => ({ ...one, queues: one.login === "bruno" ? ["urp"] : ["none"] })),
});

beforeEach(async () => {
  scene = await OfficeScene.open(config);
  told = [];
  pages = "open";
  scene.box.freeNotices.onFree(({ askedBy, colleague }) => {
    if (pages === "open") told.push(`${askedBy}: ${colleague}`);
    return pages === "open";
  });
  for (const operatorId of [anna, bruno]) scene.signIn(operatorId);
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health()).toMatchObject({ callsWithLeftovers: 0 });
  await scene.box.close();
});

/** Bruno talks with a citizen, whose leg this is. */
async function brunoTalks(): Promise<LegId> {
  const caller = await scene.call();
  await scene.answer("bruno");
  expect(scene.box.desk.presenceOf(bruno)).toBe("on-call");
  return caller;
}

async function hangUp(legId: LegId): Promise<void> {
  scene.sip.hear({ type: "leg-ended", legId, how: "bye" });
  await scene.settle();
}

test("when the colleague's call is over, who asked is told, once", async () => {
  const caller = await brunoTalks();
  expect(scene.box.freeNotices.ask(anna, bruno)).toEqual({ ok: true });
  scene.clock.move(5_000);
  expect(told).toEqual([]);
  await hangUp(caller);
  scene.clock.move(5_000);
  expect(told).toEqual(["anna: bruno"]);
  expect(scene.box.freeNotices.of(anna)).toEqual([]);
});

test("a citizen who waits in the queue comes first: the colleague was never free", async () => {
  const first = await brunoTalks();
  scene.box.freeNotices.ask(anna, bruno);
  const second = await scene.call();
  await hangUp(first);
  scene.clock.move(5_000);
  expect(told).toEqual([]);
  await hangUp(second);
  scene.clock.move(1_000);
  expect(told).toEqual(["anna: bruno"]);
});

test("who asked and is away meanwhile is told when back", async () => {
  const caller = await brunoTalks();
  scene.box.freeNotices.ask(anna, bruno);
  scene.box.desk.setAvailability(anna, "away");
  await hangUp(caller);
  scene.clock.move(5_000);
  expect(told).toEqual([]);
  scene.box.desk.setAvailability(anna, "available");
  scene.clock.move(1_000);
  expect(told).toEqual(["anna: bruno"]);
});

test("without a page that hears it the notice waits", () => {
  pages = "closed";
  scene.box.freeNotices.ask(anna, bruno);
  scene.clock.move(5_000);
  expect(scene.box.freeNotices.of(anna)).toHaveLength(1);
  pages = "open";
  scene.clock.move(1_000);
  expect(told).toEqual(["anna: bruno"]);
});

test("cancelled, or after half an hour, nobody is told", async () => {
  const caller = await brunoTalks();
  scene.box.freeNotices.ask(anna, bruno);
  scene.box.freeNotices.cancel(anna, bruno);
  expect(scene.box.freeNotices.of(anna)).toEqual([]);
  scene.box.freeNotices.ask(anna, bruno);
  scene.clock.move(longestNoticeMs);
  expect(scene.box.freeNotices.of(anna)).toEqual([]);
  await hangUp(caller);
  scene.clock.move(5_000);
  expect(told).toEqual([]);
});

test.each([
  ["oneself", anna, "target-not-allowed"],
  ["somebody unknown", "nobody" as OperatorId, "unknown-target"],
])("waiting for %s is refused", (_whom, colleague, reason) => {
  expect(scene.box.freeNotices.ask(anna, colleague)).toEqual({ ok: false, reason });
  expect(scene.box.freeNotices.of(anna)).toEqual([]);
});
