/** Operators call colleagues and other offices: who may be called, and what the colleague's settings do to it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, bruno, carla, OfficeScene, withCarla } from "../../testing/office-scene.ts";
import { plainHandling } from "../domain/operator/call-handling.ts";
import { callFromJournal } from "./recover-calls.ts";
import type { CallHandling } from "../domain/operator/call-handling.ts";
import type { CallId, LegId, OperatorId } from "../domain/call/ids.ts";
import type { NetworkTarget } from "./dial-orders.ts";

let scene: OfficeScene;

const config = withCarla({ citizensRing: "at-carla" });

beforeEach(async () => {
  scene = await OfficeScene.open(config);
  scene.signIn(anna);
  scene.signIn(bruno);
  scene.register(carla, "phone");
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health()).toMatchObject({ callsWithLeftovers: 0 });
  await scene.box.close();
});

const callId = "01KAQZ0000000000000000D1A1" as CallId;
const toBruno: NetworkTarget = { kind: "operator", operatorId: bruno };
async function annaCalls(target: NetworkTarget = toBruno, id = callId) {
  const result = await scene.box.commands.callInNetwork(anna, { callId: id, target });
  await scene.settle();
  return result;
}
const hangUp = async (legId: LegId): Promise<void> => {
  scene.sip.hear({ type: "leg-ended", legId, how: "bye" });
  await scene.settle();
};
const wants = (operatorId: OperatorId, change: Partial<CallHandling>) =>
  scene.box.handlings.set(operatorId, { ...plainHandling, ...change }, "test");
const placedTo = () => scene.sip.placed.map(({ to }) => to.uri.replace(/^sip:|@.*$/g, ""));
const cardOf = (operatorId: OperatorId) => scene.box.queries.callsOf(operatorId)[0];

describe("a colleague", () => {
  test.each<[string, NetworkTarget]>([
    ["login", toBruno],
    ["extension", { kind: "extension", extension: "202" }],
  ])(
    "is called by %s: the own page, then the colleague's; they talk, and nothing is left at the end",
    async (_by, target) => {
      expect(await annaCalls(target)).toEqual({ ok: true });
      expect(placedTo()).toEqual(["anna"]);
      expect(scene.sip.placed[0]?.caller.displayName).toBe("bruno");
      const own = await scene.answer("anna");
      expect(placedTo()).toEqual(["anna", "bruno"]);
      expect(scene.sip.placed[1]?.caller.displayName).toBe("anna");
      expect(scene.media.announced).toEqual([`ringing to ${own}`]);
      const theirs = await scene.answer("bruno");
      expect([...scene.media.pairs]).toEqual([`${own}+${theirs}`]);
      expect([cardOf(anna)?.called, cardOf(bruno)?.called]).toEqual([
        { kind: "operator", operatorId: bruno, label: "bruno" },
        null,
      ]);
      await hangUp(theirs);
      expect(scene.sip.openLegs()).toEqual([]);
      expect([scene.media.sessions.size, scene.clock.timers()]).toEqual([0, 0]);
      expect(await scene.box.queries.records({ limit: 1 })).toMatchObject([
        { callId, direction: "internal", endCause: "operator-hung-up", calledNumber: "202", operatorIds: ["bruno"] },
      ]);
    },
  );

  test("asked for again is the same call; another operator cannot take its id", async () => {
    await annaCalls();
    expect(await annaCalls()).toEqual({ ok: true });
    expect(scene.sip.placed).toHaveLength(1);
    const order = { callId, target: { kind: "operator", operatorId: anna } } as const;
    expect(await scene.box.commands.callInNetwork(bruno, order)).toEqual({ ok: false, reason: "wrong-state" });
  });

  test("who forwards always: the other one rings, and the record says how it came there", async () => {
    await wants(bruno, { always: { kind: "operator", operatorId: carla } });
    await annaCalls();
    await scene.answer("anna");
    await hangUp(await scene.answer("carla"));
    expect(placedTo()).toEqual(["anna", "carla"]);
    const [record] = await scene.box.queries.records({ limit: 1 });
    expect(record?.forwards).toMatchObject([{ from: bruno, cause: "always" }]);
  });

  test("who does not answer in the time that was set: it goes on to the other one", async () => {
    await wants(bruno, { noAnswer: { target: { kind: "operator", operatorId: carla }, afterSeconds: 10 } });
    await annaCalls();
    await scene.answer("anna");
    scene.clock.move(10_000);
    await scene.settle();
    expect(placedTo()).toEqual(["anna", "bruno", "carla"]);
  });

  test("who does not answer and forwards nowhere: the own phone is hung up, and the card says why", async () => {
    const cards: string[] = [];
    scene.box.queries.onCard((operatorId, { myState }) => {
      if (operatorId === anna && myState.kind === "gone") cards.push(myState.why);
    });
    await annaCalls();
    await scene.answer("anna");
    scene.clock.move(30_000);
    await scene.settle();
    expect(cards).toEqual(["callee-no-answer"]);
    expect(scene.sip.openLegs()).toEqual([]);
  });

  test("who became busy while the own phone rang is not rung", async () => {
    await annaCalls();
    await scene.call({
      source: { kind: "operator", operatorId: carla },
      requestedUser: "bruno",
      from: { user: "carla", displayName: null },
    });
    await scene.answer("anna");
    expect(await scene.box.queries.records({ limit: 2 })).toContainEqual(
      expect.objectContaining({ callId, endCause: "callee-busy" }),
    );
  });

  test("the journal gives the same call back", async () => {
    await annaCalls();
    await scene.answer("anna");
    const [journal] = await scene.store.unfinishedCalls();
    expect(callFromJournal(journal?.events ?? [])).toMatchObject({
      phase: { kind: "ringing", operatorIds: ["bruno"] },
      legs: [{ role: "caller", peer: { name: "anna" } }, { peer: { name: "bruno" } }],
    });
  });
});

describe("is refused, before any phone rings", () => {
  test.each<[string, NetworkTarget, string]>([
    ["nobody of that name", { kind: "operator", operatorId: "ugo" as OperatorId }, "unknown-target"],
    ["no such extension", { kind: "extension", extension: "999" }, "unknown-target"],
    ["oneself", { kind: "extension", extension: "201" }, "target-not-allowed"],
    ["no such office", { kind: "office", officeId: "x_test9" }, "unknown-target"],
    ["the own office", { kind: "office", officeId: "x_test1" }, "target-not-allowed"],
    ["an office off the network", { kind: "office", officeId: "x_test3" }, "no-on-net-route"],
  ])("%s", async (_name, target, reason) => {
    expect(await annaCalls(target)).toEqual({ ok: false, reason });
    expect(scene.sip.placed).toEqual([]);
  });

  test("a busy colleague, and one who is away", async () => {
    await wants(bruno, { doNotDisturb: true });
    expect(await annaCalls()).toEqual({ ok: false, reason: "colleague-busy" });
    await wants(bruno, {});
    scene.box.desk.setAvailability(bruno, "away");
    expect(await annaCalls()).toEqual({ ok: false, reason: "target-unavailable" });
  });

  test("who is in a call already, who has no phone, and a box that stops", async () => {
    await annaCalls();
    expect(await annaCalls({ kind: "extension", extension: "203" }, scene.ids.callId())).toEqual({
      ok: false,
      reason: "already-busy",
    });
    const order = { callId: scene.ids.callId(), target: toBruno };
    scene.box.desk.pageLeft(bruno, "page-bruno");
    const toCarla = { ...order, target: { kind: "operator", operatorId: carla } } as const;
    expect(await scene.box.commands.callInNetwork(bruno, toCarla)).toEqual({ ok: false, reason: "no-phone" });
    void scene.box.drain(1_000);
    expect(await scene.box.commands.callInNetwork(carla, order)).toEqual({ ok: false, reason: "box-stopping" });
    await scene.answer("anna");
  });
});

describe("another office", () => {
  test("is called over the network: our office is the caller there, not the operator, and no ticket goes along", async () => {
    expect(await annaCalls({ kind: "office", officeId: "x_test2" })).toEqual({ ok: true });
    expect(scene.sip.placed[0]?.caller.displayName).toBe("Comune Due");
    await scene.answer("anna");
    expect(scene.sip.placed[1]).toMatchObject({
      to: { kind: "office", officeId: "x_test2", handover: { mode: "call", ticketId: null } },
      caller: { user: "x_test1", displayName: "Comune Uno" },
    });
    const theirs = await scene.answer("192.0.2.2");
    expect(JSON.stringify([scene.sip.placed[1], scene.sip.told.get(theirs)])).not.toMatch(/anna/i);
    await hangUp(theirs);
    expect(await scene.box.queries.records({ limit: 1 })).toMatchObject([
      { direction: "out", calledNumber: "x_test2", endCause: "caller-hung-up" },
    ]);
  });

  test("is dialled by its id on a desk phone, which is answered at once", async () => {
    const legId = await scene.call({
      source: { kind: "operator", operatorId: anna },
      requestedUser: "x_test2",
      from: { user: "anna", displayName: null },
    });
    const theirs = await scene.answer("192.0.2.2");
    expect([...scene.media.pairs]).toEqual([`${theirs}+${legId}`]);
  });

  test("comes from another office: it rings who is free, without a ticket or a wait, and names the office, not who calls", async () => {
    const member = { kind: "member", officeId: "x_test2" } as const;
    const from = { user: "x_test2", displayName: "Dora Gialli" };
    await scene.call({ source: member, requestedUser: "urp", from, transferHeader: "waited=0;mode=call" });
    expect(placedTo()).toEqual(["carla"]);
    expect(cardOf(carla)?.call).toMatchObject({
      caller: { displayName: "Comune Due", number: null },
      transferredFrom: { officeId: "x_test2", isOfficeCall: true, reason: null },
      ticket: null,
    });
  });
});
