/** Whoever calls a colleague, on a phone or from the page, sees the call on the page and may transfer the colleague. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, bruno, carla, OfficeScene, withCarla } from "../../testing/office-scene.ts";
import { callFromJournal } from "./recover-calls.ts";
import type { CallId, LegId, OperatorId, TransferId } from "../domain/call/ids.ts";
import type { TransferOrder } from "./use-cases.ts";

const config = withCarla({ displayName: "Carla Neri" });

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
});

const order = (target: TransferOrder["target"]): TransferOrder => ({
  transferId: "01KAQZ000000000000000000X1" as TransferId,
  target,
  ticketId: null,
  reason: "other",
  message: "",
});
const toCarla = order({ kind: "operator", operatorId: carla });
const cardOf = (operatorId: OperatorId) => scene.box.queries.callsOf(operatorId)[0];

async function annaDials(): Promise<LegId> {
  const source = { kind: "operator", operatorId: anna } as const;
  return scene.call({ source, requestedUser: "202", from: { user: "anna", displayName: null } });
}

test("a call that a phone begins is on the caller's page: whom it calls, that it rings, and that the two talk", async () => {
  await annaDials();
  expect(cardOf(anna)).toMatchObject({
    myState: { kind: "dialling", stage: "ringing" },
    called: { kind: "operator", operatorId: bruno, label: "bruno" },
  });
  await scene.answer("bruno");
  expect(cardOf(anna)?.myState).toEqual({ kind: "talking" });
  expect(cardOf(bruno)).toMatchObject({ called: null, call: { caller: { displayName: "anna" } } });
  const { callId } = cardOf(anna)?.call ?? {};
  expect(await scene.box.commands.hold(callId as CallId, anna)).toEqual({ ok: true });
  await scene.settle();
  expect(cardOf(anna)?.myState).toEqual({ kind: "holding" });
});

test("who called transfers the colleague from the page; the third one sees the colleague, and who handed on", async () => {
  const callId = "01KAQZ0000000000000000D1A1" as CallId;
  await scene.box.commands.callInNetwork(anna, { callId, target: { kind: "operator", operatorId: bruno } });
  await scene.settle();
  await scene.answer("anna");
  const brunos = await scene.answer("bruno");
  expect(await scene.box.commands.requestTransfer(callId, anna, toCarla)).toEqual({ ok: true });
  await scene.settle();
  expect(scene.sip.placed.at(-1)?.caller).toMatchObject({ user: "202", displayName: "bruno" });
  expect([...scene.media.music]).toEqual([brunos]);
  const carlas = await scene.answer("carla");
  expect([...scene.media.pairs]).toEqual([`${brunos}+${carlas}`]);
  expect(cardOf(carla)?.call.transferredFrom).toMatchObject({ operatorId: anna });
  const [journal] = await scene.store.unfinishedCalls();
  expect(callFromJournal(journal?.events ?? [])).toMatchObject({ phase: { kind: "talking", operatorId: "carla" } });
});

test("on a phone as well, by REFER", async () => {
  const annas = await annaDials();
  expect(scene.sip.host?.mayRefer(annas, false)).toBe(false);
  const brunos = await scene.answer("bruno");
  expect(scene.sip.host?.mayRefer(annas, false)).toBe(true);
  scene.sip.hear({ type: "leg-referred", legId: annas, user: "203", host: "uno.example", replaces: null });
  await scene.settle();
  const carlas = await scene.answer("carla");
  expect([...scene.media.pairs]).toEqual([`${brunos}+${carlas}`]);
  expect(scene.sip.done.filter((line) => line.startsWith("notify"))).toEqual([
    `notify-referrer ${annas} 100`,
    `notify-referrer ${annas} 200`,
  ]);
});

test.each<[string, TransferOrder["target"]]>([
  ["the colleague who is on the line", { kind: "operator", operatorId: bruno }],
  ["oneself", { kind: "operator", operatorId: anna }],
  ["another office", { kind: "office", officeId: "x_test2" }],
  ["a number, without the role for it", { kind: "number", number: "0655501234" }],
])("not to %s", async (_whom, target) => {
  await annaDials();
  await scene.answer("bruno");
  const { callId } = cardOf(anna)?.call ?? {};
  expect(await scene.box.commands.requestTransfer(callId as CallId, anna, order(target))).toEqual({
    ok: false,
    reason: "target-not-allowed",
  });
  expect([cardOf(anna)?.myState.kind, cardOf(bruno)?.myState.kind]).toEqual(["talking", "talking"]);
});
