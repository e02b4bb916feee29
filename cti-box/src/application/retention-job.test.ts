/** The retention rules over a real store, with a clock that is moved by hand. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callRecordSchema } from "../../contracts/index.ts";
import { recordToContract } from "../adapters/api/record-to-contract.ts";
import { anna, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import { openTestStore } from "../../testing/test-store.ts";
import { officeReports } from "./make-reports.ts";
import type { OfficeStore } from "./ports.ts";
import { RetentionJob } from "./retention-job.ts";

const dayMs = 24 * 3_600_000;
const rules = { journalMs: 7 * dayMs, operatorMs: 7 * dayMs, numberMs: 30 * dayMs, recordMs: 365 * dayMs };
const prices = { currency: "EUR", usual: { perMinute: 0.6, perCall: 0, stepSeconds: 1 }, trunks: new Map() };

let store: OfficeStore;
let scene: OfficeScene;
let job: RetentionJob;
beforeEach(async () => {
  store = await openTestStore();
  const queues = officeSettings().queues.map((queue) => ({ ...queue, survey: { language: "it" as const } }));
  scene = await OfficeScene.open(officeSettings({ queues }), store);
  const { clock, log } = scene;
  // The scene waits for the work that its own store has under way.
  job = new RetentionJob({ store: (scene.store as OfficeStore).retained, clock, log, rules, prices });
  job.start();
  scene.signIn(anna);
});
afterEach(async () => {
  job.close();
  await scene.box.close();
});

/** A call that Anna answers and hands to another office, where it stays for a minute. */
async function callsOnce(): Promise<void> {
  const caller = await scene.call();
  await scene.answer("anna");
  await scene.box.commands.requestTransfer(scene.lastCallId(), anna, {
    transferId: scene.ids.transferId(),
    target: { kind: "office", officeId: "x_test2" },
    ticketId: null,
    reason: "competence",
    message: "a note about the citizen",
  });
  await scene.settle();
  await scene.answer("192.0.2.2");
  scene.clock.move(60_000);
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await scene.settle();
}

/** Anna hangs up, and the citizen is asked; null: he hangs up as well. */
async function rates(key: string | null): Promise<void> {
  const caller = await scene.call();
  const operator = await scene.answer("anna");
  scene.sip.hear({ type: "leg-ended", legId: operator, how: "bye" });
  await scene.settle();
  if (key !== null) scene.box.keyPressed(caller, key);
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await scene.settle();
}

/** Days go by, one at a time, so that what a pass starts can finish. */
async function days(count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    scene.clock.move(dayMs);
    await scene.settle();
  }
}

const only = async () => {
  const [record] = await store.records({ limit: 2 });
  if (record === undefined) throw new Error("no record");
  expect(() => callRecordSchema.parse(recordToContract(record))).not.toThrow();
  return record;
};

describe("the rules of domain.md §2.8", () => {
  test("at first all is kept; after a week the journal and the operator are gone, after a month the number, after a year the record", async () => {
    await callsOnce();
    await days(6);
    expect(await only()).toMatchObject({ operatorIds: ["anna"], caller: { number: "+393331234567" } });
    expect((await store.eventsAfter(0, 100)).length).toBeGreaterThan(5);
    await days(2);
    expect(await only()).toMatchObject({ operatorIds: ["operator-1"], caller: { number: "+393331234567" } });
    expect(await store.eventsAfter(0, 100)).toEqual([]);
    await days(22);
    expect((await only()).caller.number).toBe("+393331234567");
    await days(2);
    expect((await only()).caller.number).toBe("+39333123****");
    await days(333);
    expect((await only()).endCause).toBe("caller-hung-up");
    await days(2);
    expect(await store.records({ limit: 1 })).toEqual([]);
  });

  test("what the record said of minutes and costs stays in the report, for whole months", async () => {
    await callsOnce();
    const reports = officeReports(
      { ...scene.box.queries, monthlyTotals: () => store.retained.monthlyTotals() },
      prices,
    );
    const before = await reports.onNet({});
    expect(before.report.onNet).toEqual({ calls: 1, minutes: 1, cost: 0.6 });
    await days(370);
    expect(await store.records({ limit: 1 })).toEqual([]);
    expect(await reports.onNet({})).toEqual(before);
    // The clock of the tests begins in November 2023.
    const november = { fromMs: Date.parse("2023-11-01T00:00+01:00"), toMs: Date.parse("2023-12-01T00:00+01:00") };
    expect((await reports.onNet(november)).report).toEqual(before.report);
    expect((await reports.onNet({ ...november, fromMs: november.fromMs + 1 })).report.onNet.calls).toBe(0);
    expect((await reports.onNet({ ...november, toMs: november.toMs - 1 })).report.onNet.calls).toBe(0);
  });

  test("how citizens rated, and which transfers were blind, stays in the reports by month", async () => {
    await callsOnce();
    await rates("1");
    await rates(null);
    const reports = officeReports(
      { ...scene.box.queries, monthlyTotals: () => store.retained.monthlyTotals() },
      prices,
    );
    const before = [[...(await reports.ratings({}))], await reports.transfers({})];
    expect(before).toEqual([
      [["urp", { asked: 2, satisfied: 1, neither: 0, notSatisfied: 0 }]],
      { blind: { transferred: 1, failed: 0 }, attended: { transferred: 0, failed: 0 } },
    ]);
    const costs = await reports.onNet({});
    await days(370);
    expect(await store.records({ limit: 1 })).toEqual([]);
    expect([[...(await reports.ratings({}))], await reports.transfers({})]).toEqual(before);
    expect(await reports.onNet({})).toEqual(costs);
    expect((await reports.ratings({ fromMs: scene.clock.now() })).size).toBe(0);
  });

  test("a call in progress keeps its journal, however long it lasts", async () => {
    const caller = await scene.call();
    await scene.answer("anna");
    await days(40);
    expect(await store.unfinishedCalls()).toHaveLength(1);
    expect((await store.unfinishedCalls())[0]?.events[0]?.type).toBe("call-arrived");
    expect(await only()).toMatchObject({ operatorIds: ["anna"], caller: { number: "+393331234567" } });
    scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  });

  test("a consumer of events that was up to date stays so when the events are gone", async () => {
    await callsOnce();
    const cursor = await scene.box.queries.lastCursor();
    expect(cursor).toBe(scene.events.at(-1)?.cursor);
    await days(8);
    expect(await scene.box.queries.lastCursor()).toBe(cursor);
    await callsOnce();
    expect((await store.eventsAfter(cursor, 1))[0]?.cursor).toBe(cursor + 1);
  });

  test("more calls than one step takes are all done in one pass, and nothing is left to do", async () => {
    const insert = async (count: number): Promise<void> => {
      const record = await only();
      for (let one = 0; one < count; one += 1) {
        const callId = `01KAQZA1${String(one).padStart(18, "0")}` as typeof record.callId;
        const event = { type: "box-stopping", atMs: record.startedAtMs } as const;
        await store.append([{ callId, event, published: [], record: { ...record, callId } }]);
      }
    };
    await callsOnce();
    await insert(450);
    await days(14);
    for (let turn = 0; turn < 10; turn += 1) {
      scene.clock.move(1);
      await scene.settle();
    }
    expect(
      await store.retained.endedBefore({ beforeMs: scene.clock.now(), moreThan: "without-operators", limit: 1 }),
    ).toEqual([]);
    expect(await store.records({ limit: 500 })).toHaveLength(451);
  });

  test("a fault of the store is told and tried again in an hour", async () => {
    await callsOnce();
    await days(6);
    const endedBefore = store.retained.endedBefore.bind(store.retained);
    store.retained.endedBefore = async () => {
      throw new Error("database is locked");
    };
    await days(2);
    expect(scene.log.messages("error").at(-1)).toContain("will be tried again in an hour");
    store.retained.endedBefore = endedBefore;
    expect((await only()).operatorIds).toEqual(["anna"]);
    scene.clock.move(3_600_000);
    await scene.settle();
    expect((await only()).operatorIds).toEqual(["operator-1"]);
  });
});
