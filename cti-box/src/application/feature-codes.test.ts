/** Codes dialled on a desk phone: done, a tone, and the box hangs up; or refused. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, bruno, carla, OfficeScene, withCarla } from "../../testing/office-scene.ts";
import type { LegId } from "../domain/call/ids.ts";

const config = withCarla();

let scene: OfficeScene;
beforeEach(async () => {
  scene = await OfficeScene.open(config);
  for (const operatorId of [anna, bruno, carla]) scene.register(operatorId, "phone");
});
afterEach(async () => {
  for (const legId of scene.sip.openLegs()) scene.sip.hear({ type: "leg-ended", legId, how: "bye" });
  await scene.settle();
  expect(scene.box.health()).toMatchObject({ callsInProgress: 0, callsWithLeftovers: 0 });
  await scene.box.close();
  await scene.settle();
  expect(scene.clock.timers()).toBe(0);
});

async function dials(requestedUser: string, operatorId = anna): Promise<LegId> {
  return scene.call({ source: { kind: "operator", operatorId }, requestedUser });
}
const doneFor = (legId: LegId) => scene.sip.done.filter((line) => line.includes(legId));
const confirmed = (legId: LegId) => [`answer-leg ${legId} answer to caller's offer`];
const refused = (legId: LegId) => [`reject-leg ${legId} 404`];

test("what is done is heard: the phone is answered, a tone, and the box hangs up; no call comes of it", async () => {
  const legId = await dials("*26#");
  expect(doneFor(legId)).toEqual(confirmed(legId));
  expect(scene.media.announced).toEqual([`ringing to ${legId}`]);
  scene.clock.move(1_000);
  await scene.settle();
  expect(doneFor(legId).at(-1)).toBe(`end-leg ${legId} hung-up`);
  expect(scene.media.sessions.size).toBe(0);
  expect([scene.events, await scene.box.queries.records({ limit: 1 })]).toEqual([[], []]);
  expect(scene.box.handlings.handlingOf(anna).doNotDisturb).toBe(true);
});

describe("call back on busy", () => {
  const busyBruno = async (): Promise<void> => {
    await scene.call({ source: { kind: "operator", operatorId: carla }, requestedUser: "202" });
    await scene.answer("bruno");
  };

  test("of the colleague whom the phone has just found busy", async () => {
    await busyBruno();
    await dials("202");
    const legId = await dials("*37#");
    expect(doneFor(legId)).toEqual(confirmed(legId));
    expect(scene.box.recalls.of(anna)).toMatchObject([{ colleague: bruno, stage: "waiting" }]);
  });

  test("of a colleague by extension; taken back, of one or of all", async () => {
    await dials("*37*202#");
    await dials("*37*carla");
    expect(scene.box.recalls.of(anna).map(({ colleague }) => colleague)).toEqual([bruno, carla]);
    await dials("#37*202#");
    expect(scene.box.recalls.of(anna).map(({ colleague }) => colleague)).toEqual([carla]);
    await dials("#37#");
    expect(scene.box.recalls.of(anna)).toEqual([]);
  });

  test.each([
    ["nobody was found busy", "*37#"],
    ["no such extension", "*37*999#"],
    ["oneself", "*37*201#"],
  ])("is refused: %s", async (_why, code) => {
    const legId = await dials(code);
    expect(doneFor(legId)).toEqual(refused(legId));
    expect(scene.box.recalls.of(anna)).toEqual([]);
  });
});

test("forwarding is set and taken back; oneself is no target", async () => {
  await dials("*21*202#");
  await dials("*61*203#");
  const handling = () => scene.box.handlings.handlingOf(anna);
  expect(handling()).toMatchObject({ always: { operatorId: bruno }, noAnswer: { target: { operatorId: carla } } });
  await dials("#21#");
  expect(handling()).toMatchObject({ always: null, noAnswer: { afterSeconds: 20 } });
  const legId = await dials("*67*201#");
  expect([doneFor(legId), handling().busy]).toEqual([refused(legId), null]);
});

test("a citizen's call that rings at a colleague's is picked up by the phone that dials", async () => {
  scene.box.desk.setAvailability(anna, "away");
  scene.box.desk.setAvailability(carla, "away");
  const citizen = await scene.call();
  const legId = await dials("*8*202");
  expect([...scene.media.pairs]).toEqual([`${citizen}+${legId}`]);
  expect(scene.box.queries.callsOf(anna)[0]?.myState).toEqual({ kind: "talking" });
});

test.each([
  ["nothing rings there", "*8*202#", 480],
  ["no such extension", "*8*999#", 404],
  ["no such code", "*99#", 404],
])("refused at once: %s", (_why, requestedUser, status) => {
  const source = { kind: "operator", operatorId: anna } as const;
  expect(scene.sip.invite(scene.invite({ source, requestedUser }))).toMatchObject({ kind: "refused", status });
});

test("a box that stops ends the tone", async () => {
  const legId = await dials("*43#");
  expect(doneFor(legId)).toEqual(confirmed(legId));
});
