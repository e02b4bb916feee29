/** The journal on its way into a store that takes everything, nothing, or everything again later. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { HandMovedClock } from "../../testing/hand-moved-clock.ts";
import { RecordingLog } from "../../testing/recording-log.ts";
import { CallJournal, type SpillLimits } from "./call-journal.ts";
import type { PublicCallEvent } from "../domain/call/call-view.ts";
import { StoreFault, type JournalEntry, type StoreTrouble } from "./ports.ts";

/** A store that can be taken away; `batches` holds the call ids of each transaction. */
class Store {
  readonly batches: string[][] = [];
  fault: StoreTrouble | null = null;
  refuses: string | null = null;

  async append(entries: readonly JournalEntry[]): Promise<PublicCallEvent[]> {
    await new Promise(setImmediate);
    if (this.fault !== null) throw new StoreFault(this.fault, "no");
    if (entries.some(({ callId }) => callId === this.refuses)) throw new StoreFault("refused", "not this one");
    this.batches.push(entries.map(({ callId }) => callId));
    return entries.map(({ callId }) => ({ callId }) as unknown as PublicCallEvent);
  }

  written(): string[] {
    return this.batches.flat();
  }
}

let store: Store;
let clock: HandMovedClock;
let log: RecordingLog;
let kept: string[];
let told: string[];
let journal: CallJournal;

function open(limits?: SpillLimits): void {
  journal = new CallJournal({ store, clock, log, limits });
  journal.listen((events) => told.push(...events.map((event) => (event as unknown as { callId: string }).callId)));
}

const write = (id: string, whenKept: () => void = () => undefined): boolean =>
  journal.write({ callId: id, event: { type: "tested" } } as unknown as JournalEntry, () => {
    kept.push(id);
    whenKept();
  });

async function turns(count = 6): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

beforeEach(() => {
  store = new Store();
  clock = new HandMovedClock();
  log = new RecordingLog();
  kept = [];
  told = [];
  open();
});

test("steps that come in crowds are gathered; the few of a call alone are written at once, each", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    vi.advanceTimersByTime(1_000);
    journal = new CallJournal({ store, clock, log, gatherMs: 8 });
    for (const id of ["a", "b", "c"]) {
      write(id);
      await turns();
    }
    expect(store.batches).toEqual([["a"], ["b"], ["c"]]);
    const crowd = Array.from({ length: 50 }, (_each, n) => `crowd-${n}`);
    vi.advanceTimersByTime(10);
    for (const id of crowd) write(id);
    vi.advanceTimersByTime(8);
    await turns();
    expect(store.batches.slice(3)).toEqual([crowd]);
    write("d");
    await turns();
    vi.advanceTimersByTime(7);
    write("e");
    await turns();
    expect(store.batches.slice(4)).toEqual([]);
    vi.advanceTimersByTime(1);
    await turns();
    expect(store.batches.slice(4)).toEqual([["d", "e"]]);
    vi.advanceTimersByTime(500);
    for (const id of ["f", "g"]) {
      write(id);
      await turns();
    }
    expect(store.batches.slice(5)).toEqual([["f"], ["g"]]);
  } finally {
    vi.useRealTimers();
  }
});

describe("a store that takes everything", () => {
  test("gets what one turn brought in one transaction, and effects run after it, in order", async () => {
    for (const id of ["a", "b", "a2"]) write(id);
    expect(kept).toEqual([]);
    await turns();
    expect(store.batches).toEqual([["a", "b", "a2"]]);
    expect(kept).toEqual(["a", "b", "a2"]);
    expect(told).toEqual(["a", "b", "a2"]);
  });

  test("gets what an effect writes, and what comes during a transaction, in the next one", async () => {
    write("a", () => write("b"));
    await turns(2);
    write("c");
    await turns();
    expect(store.written()).toEqual(["a", "b", "c"]);
    expect(kept).toEqual(store.written());
  });

  test("an answer waits for the steps before it", async () => {
    write("a");
    let answered = false;
    const waiting = journal.kept().then(() => (answered = true));
    await Promise.resolve();
    expect(answered).toBe(false);
    await waiting;
    expect(kept).toEqual(["a"]);
    await journal.kept();
  });

  test("is asked for no more than a hundred entries at a time", async () => {
    for (let one = 0; one < 250; one += 1) write(String(one));
    await turns(12);
    expect(store.batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
  });
});

describe("a store that refuses", () => {
  test("calls go on, followers wait, and everything is written in order when it is back", async () => {
    store.fault = "locked";
    write("a", () => write("b"));
    await turns();
    write("c");
    await turns();
    expect(kept).toEqual(["a", "b", "c"]);
    expect(told).toEqual([]);
    expect(journal.health()).toMatchObject({ ok: false, trouble: "locked", waiting: 3 });
    expect(log.messages("error")).toEqual([
      "the journal cannot be written: calls go on, their steps are kept in memory",
    ]);
    store.fault = null;
    clock.move(5_000);
    write("d");
    await turns();
    expect(store.written()).toEqual(["a", "b", "c", "d"]);
    expect(told).toEqual(store.written());
    expect(kept).toEqual(store.written());
    expect(journal.health()).toEqual({ ok: true });
    expect(log.messages("warn")).toEqual(["the journal is written again; nothing was left out"]);
  });

  test.each([
    ["entries", { entries: 2, bytes: 1_000_000 }],
    ["bytes", { entries: 1_000, bytes: 2 * JSON.stringify({ callId: "a", event: { type: "tested" } }).length }],
  ])("beyond its %s no new calls are taken, and beyond twice as many no steps", async (_what, limits) => {
    open(limits);
    store.fault = "full";
    write("a");
    await turns();
    expect(journal.takesNewCalls()).toBe(true);
    expect([write("b"), write("c")]).toEqual([true, true]);
    expect(journal.takesNewCalls()).toBe(false);
    expect([write("d"), write("e")]).toEqual([true, false]);
    expect(log.messages("error").at(-1)).toBe("the memory for the journal is used up: new calls are refused");
    store.fault = null;
    clock.move(5_000);
    await turns();
    expect(store.written()).toEqual(["a", "b", "c", "d"]);
    expect(journal.takesNewCalls()).toBe(true);
  });

  test("one that does not answer for half a second is waited for by nobody, and what it wrote in the end is written once", async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const append = store.append.bind(store);
    store.append = (entries) => answered.then(() => append(entries));
    write("a");
    await turns();
    expect(kept).toEqual([]);
    clock.move(500);
    expect(kept).toEqual(["a"]);
    expect(journal.health()).toMatchObject({ ok: false, trouble: "slow", waiting: 1 });
    write("b");
    await turns();
    expect(kept).toEqual(["a", "b"]);
    answer();
    await turns();
    expect(store.written()).toEqual(["a", "b"]);
    expect(told).toEqual(["a", "b"]);
    expect(journal.health()).toEqual({ ok: true });
    expect(clock.timers()).toBe(0);
  });

  test("one step that it never takes is told and left out; those around it are written", async () => {
    store.refuses = "b";
    for (const id of ["a", "b", "c", "d"]) write(id);
    await turns(16);
    expect(store.written()).toEqual(["a", "c", "d"]);
    expect(kept).toEqual(["a", "b", "c", "d"]);
    expect(log.messages("error")).toEqual(["the store does not take a step: it is lost"]);
    expect(journal.health()).toEqual({ ok: true });
  });

  test("a stop tries once more, and tells what is lost when that does not help", async () => {
    store.fault = "unreachable";
    write("a");
    await turns();
    store.fault = null;
    await journal.close(1_000);
    expect(store.written()).toEqual(["a"]);
    store.fault = "unreachable";
    write("b");
    const closed = journal.close(1_000);
    await turns();
    clock.move(1_000);
    await closed;
    expect(log.messages("error").at(-1)).toBe("the journal could not be written before the stop");
    expect(clock.timers()).toBe(0);
  });
});
