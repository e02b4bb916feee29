/** What every store of calls does. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { StoreFault, type JournalEntry, type OfficeStore } from "../../application/ports.ts";
import { callFromJournal } from "../../application/recover-calls.ts";
import { anna, OfficeScene, officeSettings } from "../../../testing/office-scene.ts";
import { openTestStore } from "../../../testing/test-store.ts";
import type { CallRecordView } from "../../domain/call/call-record.ts";
import type { CallId } from "../../domain/call/ids.ts";
import type { PublicCallEvent } from "../../domain/call/call-view.ts";

export type StoreUnderTest = {
  name: string;
  open(): Promise<OfficeStore>;
  begin?(): Promise<void>;
};

/** The steps of one call that Anna answered and the citizen ended, as a box writes them. */
export async function stepsOfACall(): Promise<JournalEntry[]> {
  const steps: JournalEntry[] = [];
  const store = await openTestStore();
  const append = store.append.bind(store);
  store.append = (entries) => {
    steps.push(...entries);
    return append(entries);
  };
  const scene = await OfficeScene.open(officeSettings(), store);
  scene.signIn(anna);
  const caller = await scene.call();
  await scene.answer("anna");
  scene.clock.move(5_000);
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await scene.settle();
  await scene.box.close();
  return steps;
}

/** The same call under another id, begun so much later; a part of its record may differ. */
function another(
  steps: readonly JournalEntry[],
  { nth, ...change }: { nth: number } & Partial<CallRecordView>,
): JournalEntry[] {
  const callId = `01KAQZB${String(nth).padStart(19, "0")}` as CallId;
  const later = nth * 60_000;
  return steps.map(({ event, published, record }) => ({
    callId,
    event: { ...event, atMs: event.atMs + later, ...("callId" in event && { callId }) } as JournalEntry["event"],
    published: published.map((one) => ({ ...one, call: { ...one.call, callId } })),
    record: {
      ...record,
      callId,
      startedAtMs: record.startedAtMs + later,
      endedAtMs: record.endedAtMs === null ? null : record.endedAtMs + later,
      ...change,
    },
  }));
}

let steps: JournalEntry[];
let store: OfficeStore;

const ids = (records: readonly CallRecordView[]): string[] => records.map(({ callId }) => callId);
const idOf = (entries: readonly JournalEntry[]): CallId => entries[0]?.callId as CallId;

export function itIsACallStore(under: StoreUnderTest): void {
  describe(`a call store: ${under.name}`, () => {
    beforeAll(async () => {
      await under.begin?.();
      steps = await stepsOfACall();
    });
    beforeEach(async () => {
      store = await under.open();
    });
    afterEach(() => store.close());
    itKeepsTheJournal();
    itFindsRecords();
    itLetsGo();
  });
}

function itKeepsTheJournal(): void {
  test("gives public events rising cursors without a gap, over several transactions, and reads them back in pages", async () => {
    expect(await store.lastCursor()).toBe(0);
    const told: PublicCallEvent[] = [];
    for (const step of steps) told.push(...(await store.append([step])));
    told.push(...(await store.append(another(steps, { nth: 1 }))));
    expect(told.map(({ cursor }) => cursor)).toEqual(told.map((_event, index) => index + 1));
    expect(told.length).toBeGreaterThan(6);
    expect(await store.eventsAfter(0, 1_000)).toEqual(told);
    expect(await store.eventsAfter(2, 3)).toEqual(told.slice(2, 5));
    expect(await store.eventsAfter(told.length, 10)).toEqual([]);
    expect(await store.lastCursor()).toBe(told.length);
  });

  test("keeps the newest record of a call, and the journal of one that has not ended, from which it is made again", async () => {
    const ended = another(steps, { nth: 1 });
    await store.append([...ended, ...steps.slice(0, -2)]);
    const [running] = await store.unfinishedCalls();
    expect(await store.unfinishedCalls()).toHaveLength(1);
    expect(running?.callId).toBe(idOf(steps));
    expect(running?.events).toEqual(steps.slice(0, -2).map(({ event }) => event));
    expect(callFromJournal(running?.events ?? [])?.phase.kind).toBe("talking");
    expect(await store.records({ limit: 10 })).toHaveLength(2);
    await store.append(steps.slice(-2));
    expect(await store.unfinishedCalls()).toEqual([]);
    expect(await store.records({ limit: 10, endCause: "caller-hung-up" })).toEqual(
      [steps, ended]
        .map((entries) => entries.at(-1)?.record)
        .toSorted((one, other) => ((one?.callId ?? "") < (other?.callId ?? "") ? -1 : 1)),
    );
  });

  test("writes nothing of a transaction that holds a step it does not take, and says that it is the step's fault", async () => {
    await store.append(steps.slice(0, 1));
    const before = await store.lastCursor();
    const broken = { ...steps[1], event: { type: "timer-fired" } } as unknown as JournalEntry;
    const fault: unknown = await store.append([...another(steps, { nth: 1 }), broken]).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(StoreFault);
    expect(fault).toMatchObject({ trouble: "refused" });
    expect(await store.lastCursor()).toBe(before);
    expect(await store.records({ limit: 10 })).toHaveLength(1);
    const told = await store.append(another(steps, { nth: 1 }));
    expect(told[0]?.cursor).toBe(before + 1);
  });
}

function itFindsRecords(): void {
  test("finds records by time, queue, direction, end, ticket, tariff, trunk and contact, in the order of the calls, in pages", async () => {
    const [first] = steps;
    if (first === undefined) throw new Error("no steps");
    const legs = (steps.at(-1)?.record.legs ?? []).map((leg) => ({ ...leg, tariff: "on-net" as const }));
    const calls = [
      another(steps, { nth: 1, ticketId: "T-1" }),
      another(steps, { nth: 2, queueId: "anagrafe", endCause: "no-operator" }),
      another(steps, { nth: 3, direction: "out", legs }),
    ];
    for (const call of calls) await store.append(call);
    const [one, two, three] = calls.map(idOf) as [CallId, CallId, CallId];
    const found = async (filter: Partial<Parameters<OfficeStore["records"]>[0]>) =>
      ids(await store.records({ limit: 10, ...filter }));
    expect(await found({})).toEqual([one, two, three]);
    expect(await found({ limit: 2 })).toEqual([one, two]);
    expect(await found({ limit: 2, after: two })).toEqual([three]);
    const secondMs = first.record.startedAtMs + 120_000;
    expect(await found({ fromMs: secondMs })).toEqual([two, three]);
    expect(await found({ fromMs: secondMs, toMs: secondMs + 1 })).toEqual([two]);
    expect(await found({ queueId: "anagrafe" })).toEqual([two]);
    expect(await found({ direction: "out" })).toEqual([three]);
    expect(await found({ endCause: "no-operator" })).toEqual([two]);
    expect(await found({ ticketId: "T-1" })).toEqual([one]);
    expect(await found({ tariff: "pstn" })).toEqual([one, two]);
    expect(await found({ trunkId: "tim" })).toEqual([one, two, three]);
    // An operator of that name is no trunk.
    expect(await found({ trunkId: "anna" })).toEqual([]);
    expect(await found({ contactId: first.record.contactId, queueId: "urp" })).toEqual([one, three]);
    expect(ids(await store.latestRecords({ callIdPrefix: "01KAQZB", limit: 2 }))).toEqual([three, two]);
    expect(ids(await store.latestRecords({ callIdPrefix: two, limit: 2 }))).toEqual([two]);
  });

  test("keeps names of every script, quotes and controls; what is no text may come back as U+FFFD", async () => {
    const displayName = `Nicolò "Ò" O'Hara \\ \u0000 \u{1F600} 東京 ; DROP TABLE calls; -- \ud800 \t`;
    const [step] = steps;
    if (step === undefined) throw new Error("no steps");
    const record = { ...step.record, caller: { ...step.record.caller, displayName } };
    await store.append([{ ...step, record }]);
    const kept = (await store.records({ limit: 1 }))[0]?.caller.displayName;
    expect([displayName, displayName.replaceAll("\u0000", "\uFFFD").toWellFormed()]).toContain(kept);
    await store.retained.keepLess([record], "without-operators");
    expect((await store.records({ limit: 1 }))[0]?.caller.displayName).toBe(kept);
  });
}

function itLetsGo(): void {
  test("lets go of what the rules take, never of a call in progress, and remembers the last cursor", async () => {
    const { retained } = store;
    const running = another(steps.slice(0, -2), { nth: 9 });
    await store.append([...steps, ...running]);
    const lastCursor = await store.lastCursor();
    const record = steps.at(-1)?.record as CallRecordView;
    const beforeMs = record.startedAtMs + 3_600_000;
    expect(await retained.deleteJournal({ beforeMs: 1, limit: 100 })).toBe(0);
    expect(await retained.deleteJournal({ beforeMs, limit: 2 })).toBe(2);
    expect(await retained.deleteJournal({ beforeMs, limit: 100 })).toBeGreaterThan(0);
    expect(await retained.deleteJournal({ beforeMs, limit: 100 })).toBe(0);
    expect((await store.unfinishedCalls())[0]?.events).toHaveLength(running.length);
    expect(await store.lastCursor()).toBe(lastCursor);

    expect(await retained.endedBefore({ beforeMs, moreThan: "without-operators", limit: 10 })).toEqual([record]);
    await retained.keepLess([{ ...record, operatorIds: [] }], "without-operators");
    expect(await retained.endedBefore({ beforeMs, moreThan: "without-operators", limit: 10 })).toEqual([]);
    const [less] = await retained.endedBefore({ beforeMs, moreThan: "without-numbers", limit: 10 });
    expect(less?.operatorIds).toEqual([]);

    const total = {
      month: "2023-11",
      kind: "to-office" as const,
      name: "",
      calls: 1,
      connectedMs: 5e9,
      costMillionths: 7,
    };
    await retained.replaceByTotals([record], [total]);
    await retained.replaceByTotals([], [total]);
    expect(await retained.monthlyTotals()).toEqual([{ ...total, calls: 2, connectedMs: 1e10, costMillionths: 14 }]);
    expect(await store.records({ limit: 10 })).toHaveLength(1);
  });
}
