/** An operator found a colleague busy and is called back when both are free. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, bruno, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import { longestRecallMs } from "../domain/operator/recalls.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";

let scene: OfficeScene;

const settings = officeSettings();
const config = officeSettings({
  // Citizens ring at Bruno's only.
  operators: settings.operators.map((one) => ({ ...one, queues: one.login === "bruno" ? ["urp"] : ["none"] })),
});

beforeEach(async () => {
  scene = await OfficeScene.open(config);
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

async function wait(ms: number): Promise<void> {
  scene.clock.move(ms);
  await scene.settle();
}

/** Legs placed to this operator's page. */
const ringsAt = (operatorId: OperatorId): number =>
  scene.sip.placed.filter(({ to }) => to.uri.startsWith(`sip:${operatorId}@`)).length;
const annasCard = () => scene.box.queries.callsOf(anna)[0];
const waitsFor = () => scene.box.recalls.of(anna).map(({ colleague, stage }) => `${colleague} ${stage}`);

test("when the colleague's call is over, the phone of who asked rings, then the colleague's; they talk", async () => {
  const caller = await brunoTalks();
  expect(scene.box.recalls.ask(anna, bruno)).toEqual({ ok: true });
  await wait(5_000);
  expect(ringsAt(anna)).toBe(0);
  await hangUp(caller);
  await wait(1_000);
  expect(annasCard()).toMatchObject({ myState: { kind: "ringing" }, called: { operatorId: bruno } });
  expect(waitsFor()).toEqual(["bruno recalling"]);
  const own = await scene.answer("anna");
  const theirs = await scene.answer("bruno");
  expect([...scene.media.pairs]).toEqual([`${own}+${theirs}`]);
  expect(waitsFor()).toEqual([]);
  await hangUp(own);
  expect(scene.clock.timers()).toBe(0);
});

test("a citizen who waits in the queue comes first: the colleague was never free", async () => {
  const first = await brunoTalks();
  scene.box.recalls.ask(anna, bruno);
  const second = await scene.call();
  await hangUp(first);
  await wait(5_000);
  expect(ringsAt(anna)).toBe(0);
  await hangUp(second);
  await wait(1_000);
  expect(ringsAt(anna)).toBe(1);
});

test("who asked and is away meanwhile is called back when back", async () => {
  const caller = await brunoTalks();
  scene.box.recalls.ask(anna, bruno);
  scene.box.desk.setAvailability(anna, "away");
  await hangUp(caller);
  await wait(5_000);
  expect(ringsAt(anna)).toBe(0);
  scene.box.desk.setAvailability(anna, "available");
  await wait(1_000);
  expect(ringsAt(anna)).toBe(1);
});

test.each<[string, () => Promise<void>]>([
  ["not answered", () => wait(30_000)],
  [
    "declined",
    async () => {
      scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("anna"), status: 486, q850: null });
      await scene.settle();
    },
  ],
])("a recall that is %s is over: the colleague is not disturbed, and nobody is called again", async (_how, end) => {
  scene.box.recalls.ask(anna, bruno);
  await wait(1_000);
  expect(ringsAt(anna)).toBe(1);
  await end();
  await wait(60_000);
  expect([ringsAt(anna), ringsAt(bruno)]).toEqual([1, 0]);
  expect(waitsFor()).toEqual([]);
});

test("the colleague is busy again when the recall is answered: told, and called back later", async () => {
  scene.box.recalls.ask(anna, bruno);
  await wait(1_000);
  const caller = await brunoTalks();
  await scene.answer("anna");
  expect(await scene.box.queries.records({ limit: 5 })).toContainEqual(
    expect.objectContaining({ direction: "internal", endCause: "callee-busy" }),
  );
  expect(waitsFor()).toEqual(["bruno waiting"]);
  await hangUp(caller);
  await wait(1_000);
  expect(ringsAt(anna)).toBe(2);
});

test("the colleague declines or does not answer: that was the recall", async () => {
  scene.box.recalls.ask(anna, bruno);
  await wait(1_000);
  await scene.answer("anna");
  await wait(30_000);
  expect(waitsFor()).toEqual([]);
  expect(scene.box.queries.callsOf(anna)).toEqual([]);
});

test("a box that stops calls nobody back", async () => {
  scene.box.recalls.ask(anna, bruno);
  await scene.box.drain(1_000);
  await wait(5_000);
  expect(ringsAt(anna)).toBe(0);
});

test("cancelled, or after half an hour, nobody is called", async () => {
  const caller = await brunoTalks();
  scene.box.recalls.ask(anna, bruno);
  scene.box.recalls.cancel(anna, bruno);
  expect(waitsFor()).toEqual([]);
  scene.box.recalls.ask(anna, bruno);
  await wait(longestRecallMs);
  expect(waitsFor()).toEqual([]);
  await hangUp(caller);
  await wait(5_000);
  expect(ringsAt(anna)).toBe(0);
});

test.each([
  ["oneself", anna, "target-not-allowed"],
  ["somebody unknown", "nobody" as OperatorId, "unknown-target"],
])("waiting for %s is refused", (_whom, colleague, reason) => {
  expect(scene.box.recalls.ask(anna, colleague)).toEqual({ ok: false, reason });
  expect(waitsFor()).toEqual([]);
});
