/** Calls between colleagues go where the one who is called wants them; calls of queues do not. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, bruno, carla, OfficeScene, officeSettings, withCarla } from "../../testing/office-scene.ts";
import { plainHandling } from "../domain/operator/call-handling.ts";
import type { CallHandling, ForwardTarget } from "../domain/operator/call-handling.ts";
import type { LegId, OperatorId, TransferId } from "../domain/call/ids.ts";

const toCarla: ForwardTarget = { kind: "operator", operatorId: carla };
const urp: ForwardTarget = { kind: "queue", queueId: "urp" };
let scene: OfficeScene;

const config = withCarla({ citizensRing: "at-carla" });

beforeEach(async () => {
  scene = await OfficeScene.open(config);
  for (const operatorId of [anna, bruno, carla]) scene.register(operatorId, "phone");
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health()).toMatchObject({ callsWithLeftovers: 0 });
  await scene.box.close();
});

const wants = (operatorId: OperatorId, change: Partial<CallHandling>) =>
  scene.box.handlings.set(operatorId, { ...plainHandling, ...change }, "test");

async function annaCalls(user: string): Promise<LegId> {
  const from = { user: "anna", displayName: null };
  return scene.call({ source: { kind: "operator", operatorId: anna }, requestedUser: user, from });
}

const placedTo = () => scene.sip.placed.map(({ to }) => to.uri.replace(/^sip:|@.*$/g, ""));

test("always: the other colleague rings at once; event and record say how it came there", async () => {
  await wants(bruno, { always: toCarla });
  const caller = await annaCalls("bruno");
  const leg = await scene.answer("carla");
  expect(placedTo()).toEqual(["carla"]);
  expect([...scene.media.pairs]).toEqual([`${caller}+${leg}`]);
  expect(scene.events.find(({ type }) => type === "call-forwarded")).toMatchObject({
    from: bruno,
    cause: "always",
    to: toCarla,
  });
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await scene.settle();
  const [record] = await scene.box.queries.records({ limit: 1 });
  expect(record?.forwards).toMatchObject([{ from: bruno, cause: "always", to: toCarla }]);
  expect(record).toMatchObject({ operatorIds: ["carla"], calledNumber: "202" });
});

test("busy: while the colleague is in a call the other one rings; without a rule the caller hears busy", async () => {
  await annaCalls("bruno");
  await scene.answer("bruno");
  const source = { kind: "operator", operatorId: carla } as const;
  const second = scene.invite({ source, requestedUser: "bruno", from: { user: "carla", displayName: null } });
  expect(scene.sip.invite(second)).toMatchObject({ kind: "refused", status: 486 });
  await wants(bruno, { busy: urp });
  scene.sip.invite({ ...second, legId: scene.ids.legId() });
  await scene.settle();
  expect(scene.events.at(-1)?.type).toBe("call-ended");
  expect(scene.eventTypes()).toContain("call-forwarded");
});

test("no answer: rings as long as wanted, then goes on; a colleague who declines is busy", async () => {
  await wants(bruno, { noAnswer: { target: toCarla, afterSeconds: 10 }, busy: urp });
  await annaCalls("bruno");
  expect(placedTo()).toEqual(["bruno"]);
  scene.clock.move(9_000);
  await scene.settle();
  expect(placedTo()).toEqual(["bruno"]);
  scene.clock.move(2_000);
  await scene.settle();
  expect(placedTo()).toEqual(["bruno", "carla"]);
  scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("carla"), status: 486, q850: null });
  await scene.settle();
  expect(scene.box.health().callsInProgress).toBe(0);
  await annaCalls("bruno");
  scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("bruno"), status: 486, q850: null });
  await scene.settle();
  expect(scene.events.findLast(({ type }) => type === "call-forwarded")).toMatchObject({ cause: "busy", to: urp });
  // The queue's operator rings for the colleague.
  expect(placedTo().at(-1)).toBe("carla");
});

test("to each other: nobody rings and the caller is told so", async () => {
  await wants(bruno, { always: toCarla });
  await wants(carla, { always: { kind: "operator", operatorId: bruno } });
  const invite = scene.invite({ source: { kind: "operator", operatorId: anna }, requestedUser: "bruno" });
  expect(scene.sip.invite(invite)).toMatchObject({ kind: "refused", status: 480 });
});

test("not to be disturbed: no call of a queue or a colleague rings, own calls are made all the same, and colleagues see it", async () => {
  await wants(carla, { doNotDisturb: true, always: null });
  expect(scene.box.desk.presenceOf(carla)).toBe("do-not-disturb");
  await scene.call();
  expect(placedTo()).toEqual([]);
  const invite = scene.invite({ source: { kind: "operator", operatorId: anna }, requestedUser: "carla" });
  expect(scene.sip.invite(invite)).toMatchObject({ kind: "refused", status: 486 });
  await wants(carla, {});
  await scene.settle();
  // The citizen has waited for somebody.
  expect(placedTo()).toEqual(["carla"]);
});

test("waiting: one second call rings during a call, a third hears busy; not while not to be disturbed", async () => {
  await annaCalls("bruno");
  await scene.answer("bruno");
  await wants(bruno, { callWaiting: true });
  const calling = (by: OperatorId) => {
    const source = { kind: "operator", operatorId: by } as const;
    return scene.sip.invite(scene.invite({ source, requestedUser: "bruno", from: { user: by, displayName: null } }));
  };
  expect(calling(carla)).toEqual({ kind: "accepted" });
  await scene.settle();
  expect(placedTo()).toEqual(["bruno", "bruno"]);
  expect(scene.box.queries.callsOf(bruno).map(({ myState }) => myState.kind)).toEqual(["talking", "ringing"]);
  expect(calling(carla)).toMatchObject({ kind: "refused", status: 486 });
  // Answered: both conversations are there, and the page holds the first.
  await scene.answer("bruno");
  expect([...scene.media.pairs]).toHaveLength(2);
  expect(scene.box.desk.presenceOf(bruno)).toBe("on-call");
  await wants(anna, { callWaiting: true, doNotDisturb: true });
  const toAnna = scene.invite({ source: { kind: "operator", operatorId: carla }, requestedUser: "anna" });
  expect(scene.sip.invite(toAnna)).toMatchObject({ kind: "refused", status: 486 });
});

test("calls of a queue are not forwarded", async () => {
  await wants(carla, { always: { kind: "operator", operatorId: bruno } });
  await scene.call();
  expect(placedTo()).toEqual(["carla"]);
});

test("a transfer rings whom the colleague has named", async () => {
  await wants(bruno, { always: toCarla });
  await scene.call();
  await scene.answer("carla");
  await wants(bruno, { always: { kind: "operator", operatorId: anna } });
  const callId = scene.lastCallId();
  const order = { ticketId: null, reason: "other", message: "", transferId: "x" as TransferId } as const;
  const target = { kind: "operator", operatorId: bruno } as const;
  expect(await scene.box.commands.requestTransfer(callId, carla, { ...order, target })).toEqual({ ok: true });
  await scene.settle();
  expect(placedTo()).toEqual(["carla", "anna"]);
});

test.each([
  ["to oneself", { always: { kind: "operator", operatorId: bruno } as const }, "target-not-allowed"],
  ["to nobody", { busy: { kind: "operator", operatorId: "x" as OperatorId } as const }, "unknown-target"],
  [
    "to no queue",
    { noAnswer: { target: { kind: "queue", queueId: "x" } as const, afterSeconds: 9 } },
    "unknown-target",
  ],
])("forwarding %s is refused and nothing changes", async (_what, change, reason) => {
  expect(await wants(bruno, change)).toEqual({ ok: false, reason });
  expect(scene.box.handlings.handlingOf(bruno)).toEqual(plainHandling);
});

test("what is set is there after a restart; what leads to nobody any more is forgotten", async () => {
  await wants(bruno, { always: toCarla, busy: urp, doNotDisturb: true });
  const { kept } = scene.handlings;
  await scene.box.close();
  scene = await OfficeScene.open(officeSettings(), undefined, (_sip, handlings) => {
    handlings.kept = kept;
  });
  expect(scene.box.handlings.handlingOf(bruno)).toEqual({ ...plainHandling, doNotDisturb: true, busy: urp });
  scene.register(bruno, "phone");
  expect(scene.box.desk.presenceOf(bruno)).toBe("do-not-disturb");
});
