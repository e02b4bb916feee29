/** Operators call citizens: who may, over which trunk, and what a second order does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { anna, bruno, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import { lastingStore } from "../../testing/test-store.ts";
import { openRestartMemory } from "../adapters/store/restart-memory.ts";
import { callFromJournal } from "./recover-calls.ts";
import type { CallId } from "../domain/call/ids.ts";
import type { RestartMemory } from "./restart-memory.ts";
import type { TrunkSettings } from "./office-settings.ts";

const trunk = (trunkId: string, change: Partial<TrunkSettings> = {}): TrunkSettings => ({
  trunkId,
  addresses: [`${trunkId}.example`],
  outbound: { uri: `sip:${trunkId}.example:5060`, callerId: { number: "+390668888888" } },
  ...change,
});

let scene: OfficeScene;
async function open(trunks: readonly TrunkSettings[], memory?: RestartMemory): Promise<void> {
  const settings = officeSettings({ trunks });
  const [first, ...others] = settings.operators;
  if (first === undefined) throw new Error("no operator");
  const operators = [{ ...first, roles: ["front_office"] as const }, ...others];
  scene = await OfficeScene.open({ ...settings, operators, ...(memory && { memory }) });
  scene.signIn(anna);
}
beforeEach(() => open([trunk("one", { priority: 1 }), trunk("two")]));
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

const callId = "01KAQZ0000000000000000D1A1" as CallId;
const dial = async (number: string, change: { callId?: CallId; operatorId?: typeof anna } = {}) => {
  const order = { callId: change.callId ?? callId, number, ticketId: null };
  const result = await scene.box.commands.dial(change.operatorId ?? anna, order);
  await scene.settle();
  return result;
};

describe("a call", () => {
  test("rings the operator's page, then the citizen; they talk, and nothing is left at the end", async () => {
    expect(await dial("333 123 4567")).toEqual({ ok: true });
    expect(scene.sip.done).toEqual(["place-leg sip:anna@session.invalid"]);
    const operator = await scene.answer("anna");
    expect(scene.sip.done.at(-1)).toBe("place-leg sip:+393331234567@one.example:5060");
    const order = scene.sip.placed.at(-1);
    expect(order?.to).toMatchObject({ kind: "trunk", callerId: { number: "+390668888888" } });
    const citizen = await scene.answer("one.example");
    expect([...scene.media.pairs]).toEqual([`${citizen}+${operator}`]);
    expect(scene.box.desk.presenceOf(anna)).toBe("on-call");
    scene.sip.hear({ type: "leg-ended", legId: citizen, how: "bye" });
    await scene.settle();
    expect(scene.sip.openLegs()).toEqual([]);
    expect(scene.media.sessions.size).toBe(0);
    expect(scene.clock.timers()).toBe(0);
    expect(scene.box.desk.presenceOf(anna)).toBe("available");
    expect(await scene.box.queries.records({ limit: 1 })).toMatchObject([
      { callId, endCause: "caller-hung-up", calledNumber: "+393331234567", operatorIds: ["anna"] },
    ]);
  });

  test("goes to the second trunk when the first answers 503, and its journal tells the same", async () => {
    await dial("06 9555 0100");
    await scene.answer("anna");
    scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("one.example"), status: 503, q850: null });
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe("place-leg sip:+390695550100@two.example:5060");
    const [journal] = await scene.store.unfinishedCalls();
    expect(callFromJournal(journal?.events ?? [])?.phase).toMatchObject({ kind: "dialling", routes: [] });
  });

  test("asked for again is the same call; another operator cannot take its id", async () => {
    await dial("3331234567");
    expect(await dial("3331234567")).toEqual({ ok: true });
    expect(scene.sip.placed).toHaveLength(1);
    scene.signIn(bruno);
    expect(await dial("3331234567", { operatorId: bruno })).toEqual({ ok: false, reason: "wrong-state" });
  });

  test("can be handed to another office; the citizen stays the caller that is shown", async () => {
    await dial("3331234567");
    await scene.answer("anna");
    await scene.answer("one.example");
    const order = {
      transferId: scene.ids.transferId(),
      target: { kind: "office", officeId: "x_test2" },
      ticketId: null,
      reason: "competence",
      message: "",
    } as const;
    expect(await scene.box.commands.requestTransfer(callId, anna, order)).toEqual({ ok: true });
    await scene.settle();
    expect(scene.sip.placed.at(-1)).toMatchObject({ to: { kind: "office" }, caller: { user: "+393331234567" } });
  });
});

describe("is refused", () => {
  test.each([
    ["anna", "invalid-number"],
    ["33312", "invalid-number"],
    ["+41 91 123 45 67", "number-not-allowed"],
    ["899 123456", "number-not-allowed"],
    ["848 800 400", "number-not-allowed"],
  ])("%s: %s", async (number, reason) => {
    expect(await dial(number)).toEqual({ ok: false, reason });
    expect(scene.sip.placed).toEqual([]);
  });

  test("who is in a call already", async () => {
    await dial("3331234567");
    expect(await dial("3331234568", { callId: scene.ids.callId() })).toEqual({ ok: false, reason: "already-busy" });
  });

  test("who has no phone", async () => {
    expect(await dial("3331234567", { operatorId: bruno })).toEqual({ ok: false, reason: "no-phone" });
  });

  test("what no trunk carries, and what would go over a full one", async () => {
    await scene.box.close();
    const outbound = { uri: "sip:one.example", prefixes: ["+39"], callerId: { number: "+390668888888" } };
    await open([trunk("one", { capacity: 1, outbound })]);
    expect(await dial("112")).toEqual({ ok: false, reason: "no-trunk" });
    scene.signIn(bruno);
    await dial("3331234567", { operatorId: bruno });
    expect(await dial("3331234568", { callId: scene.ids.callId() })).toEqual({ ok: false, reason: "no-trunk" });
    expect(scene.sip.invite(scene.invite({ source: { kind: "trunk", trunkId: "one" } }))).toMatchObject({
      status: 503,
    });
  });
});

/** The operator's phone answers, and the citizen called last is busy. */
async function talkBriefly(): Promise<void> {
  await scene.answer("anna");
  const order = scene.sip.placed.findLast(({ to }) => to.kind === "trunk");
  if (order === undefined) throw new Error("no trunk was used");
  scene.sip.hear({ type: "leg-failed", legId: order.legId, status: 486, q850: 17 });
  await scene.settle();
}

test("a call counts against the limits of the trunk that carries it, not of those that could have", async () => {
  await scene.box.close();
  const outbound = { uri: "sip:one.example", callerId: { number: "+390668888888" } };
  const limited = { ...outbound, uri: "sip:two.example", limits: { perDay: 1 } };
  await open([trunk("one", { priority: 1, outbound }), trunk("two", { outbound: limited })]);
  for (let call = 0; call < 3; call += 1) {
    expect(await dial("3331234567", { callId: scene.ids.callId() })).toEqual({ ok: true });
    await talkBriefly();
  }
  expect(scene.log.messages("error")).toEqual([]);
  expect(await dial("3331234567", { callId: scene.ids.callId() })).toEqual({ ok: true });
  await scene.answer("anna");
  scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("one.example"), status: 503, q850: null });
  await scene.settle();
  expect(scene.sip.done.at(-1)).toContain("two.example");
  scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("two.example"), status: 486, q850: 17 });
});

test("a place that was free when the call was planned is looked at again when the citizen is called", async () => {
  await scene.box.close();
  const outbound = { uri: "sip:one.example", callerId: { number: "+390668888888" }, limits: { perDay: 1 } };
  await open([trunk("one", { outbound })]);
  scene.signIn(bruno);
  expect(await dial("3331234567")).toEqual({ ok: true });
  expect(await dial("3331234568", { callId: scene.ids.callId(), operatorId: bruno })).toEqual({ ok: true });
  await scene.answer("bruno");
  await scene.answer("anna");
  expect(scene.sip.placed.filter(({ to }) => to.kind === "trunk").map(({ to }) => to.uri)).toEqual([
    "sip:+393331234568@one.example",
  ]);
  expect(scene.log.messages("error")).toEqual(["alarm: more calls than the trunk's limits allow"]);
  scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("one.example"), status: 486, q850: 17 });
});

test("calls beyond the minute's limit stop the trunk with one alarm; emergency calls pass", async () => {
  await scene.box.close();
  const outbound = { uri: "sip:one.example", callerId: { number: "+390668888888" }, limits: { perMinute: 2 } };
  await open([trunk("one", { outbound })]);
  const dialAndLeave = async (number: string) => {
    const result = await dial(number, { callId: scene.ids.callId() });
    if (result.ok) await talkBriefly();
    return result.ok;
  };
  const taken = [];
  for (let call = 0; call < 5; call += 1) taken.push(await dialAndLeave("3331234567"));
  expect(taken).toEqual([true, true, false, false, false]);
  expect(scene.log.messages("error")).toEqual(["alarm: more calls than the trunk's limits allow"]);
  expect(scene.box.trunks.refusedByLimits()).toEqual([{ trunkId: "one", limit: "burst", calls: 3 }]);
  expect(await dialAndLeave("112")).toBe(true);
  scene.clock.move(600_000);
  await scene.settle();
  expect(await dialAndLeave("3331234567")).toBe(true);
});

test("a trunk that was stopped rests on after a restart", async () => {
  const outbound = { uri: "sip:one.example", callerId: { number: "+390668888888" }, limits: { perMinute: 1 } };
  const folder = mkdtempSync(join(tmpdir(), "la2-memory-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const memory = openRestartMemory(join(folder, "restart.sqlite"), scene.log);
  const restart = async () => {
    await scene.box.close();
    await open([trunk("one", { outbound })], memory);
  };
  await restart();
  const dialAndLeave = async () => {
    const result = await dial("3331234567", { callId: scene.ids.callId() });
    if (result.ok) await talkBriefly();
    return result.ok;
  };
  expect([await dialAndLeave(), await dialAndLeave()]).toEqual([true, false]);
  await restart();
  expect(await dialAndLeave()).toBe(false);
  scene.clock.move(599_999);
  expect(await dialAndLeave()).toBe(false);
  scene.clock.move(1);
  expect(await dialAndLeave()).toBe(true);
  memory.close();
});

test("emergency numbers may be called by everybody", async () => {
  expect(await dial("112")).toEqual({ ok: true });
  await scene.answer("anna");
  expect(scene.sip.done.at(-1)).toBe("place-leg sip:112@one.example:5060");
  expect(scene.events[0]?.call).toMatchObject({ calledNumber: "112", caller: { number: null } });
});

test("no telephone number is ever the target of a phone's own transfer", async () => {
  const caller = await scene.call({ source: { kind: "trunk", trunkId: "one" } });
  const legId = await scene.answer("anna");
  for (const user of ["112", "118", "899123456", "800123456", "803116", "892000", "+393331234567"]) {
    scene.sip.hear({ type: "leg-referred", legId, user, host: "uno.example", replaces: null });
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe(`notify-referrer ${legId} 403`);
  }
  expect([...scene.media.pairs]).toEqual([`${caller}+${legId}`]);
});

describe("the day's money", () => {
  const prices = { currency: "EUR", usual: { perMinute: 1, perCall: 0, stepSeconds: 60 }, trunks: new Map() };
  const outbound = { uri: "sip:one.example", callerId: { number: "+390668888888" }, limits: { spendPerDay: 2 } };
  const settings = { ...officeSettings({ trunks: [trunk("one", { outbound })] }), prices };

  async function talk(minutes: number): Promise<void> {
    expect(await dial("3331234567", { callId: scene.ids.callId() })).toEqual({ ok: true });
    await scene.answer("anna");
    const citizen = await scene.answer("one.example");
    scene.clock.move(minutes * 60_000);
    scene.sip.hear({ type: "leg-ended", legId: citizen, how: "bye" });
    await scene.settle();
  }

  test("is used up by calls over the trunk, those that are up included; then there are emergency calls alone, and it is told", async () => {
    await scene.box.close();
    scene = await OfficeScene.open(settings);
    scene.signIn(anna);
    scene.signIn(bruno);
    await talk(1);
    expect(scene.box.trunks.list()[0]?.toll).toMatchObject({
      calls: 1,
      spent: { amount: 1, currency: "EUR" },
      alarm: null,
    });
    await dial("3331234567", { callId: scene.ids.callId() });
    await scene.answer("anna");
    await scene.answer("one.example");
    scene.clock.move(30_000);
    const byBruno = (number: string) => dial(number, { callId: scene.ids.callId(), operatorId: bruno });
    expect(await byBruno("3331234567")).toEqual({ ok: false, reason: "no-trunk" });
    expect(scene.box.trunks.list()[0]?.toll).toMatchObject({ spent: { amount: 2 }, alarm: { limit: "spend-day" } });
    expect(scene.log.messages("error")).toEqual(["alarm: more calls than the trunk's limits allow"]);
    expect(await byBruno("112")).toEqual({ ok: true });
  });

  test("and the day's calls are still counted after a restart", async () => {
    await scene.box.close();
    const store = lastingStore();
    onTestFinished(() => store.remove());
    scene = await OfficeScene.open(settings, await store.open());
    scene.signIn(anna);
    await talk(2);
    await scene.box.close();
    scene = await OfficeScene.open(settings, await store.open());
    scene.signIn(anna);
    expect(scene.box.trunks.list()[0]?.toll).toMatchObject({ calls: 1, costly: 0, spent: { amount: 2 } });
    expect(await dial("3331234567")).toEqual({ ok: false, reason: "no-trunk" });
  });
});
