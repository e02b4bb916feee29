/**
 * The journal of all calls on its way into the store: what several calls write in one turn of the event loop goes there in one transaction, in
 * the order written. A step's effects run once it is kept: in the store, or, while the store cannot be written, in memory.
 *   writing ─the store cannot be written─▶ spilling ─everything written─▶ writing
 * Public events are told only when they are in the store: the store gives the cursor, and a cursor is never given twice.
 */
import type { PublicCallEvent } from "../domain/call/call-view.ts";
import { Crowd } from "./crowd.ts";
import { StoreFault } from "./ports.ts";
import type { CallStore, Clock, JournalEntry, Log, StoreTrouble } from "./ports.ts";
import type { JournalHealth } from "./use-cases.ts";

/** Entries of one transaction: a long spill is written in steps, with turns for the calls in between. */
const largestBatch = 100;
/** Another program's transaction is usually over by then. */
const firstRetryMs = 50;
const longestRetryMs = 5_000;
/** A store that takes longer is taken for one that is away: nobody's telephone waits for it. */
const longestWriteMs = 500;

/** How much is kept in memory while the store cannot be written. */
export type SpillLimits = {
  /** From this many entries or bytes (as JSON) on, no new calls are taken; calls in progress may go on to twice as much. */
  entries: number;
  bytes: number;
};

/** About two thousand whole calls. */
const usualSpill: SpillLimits = { entries: 20_000, bytes: 64 * 1024 * 1024 };

type JournalState =
  | { kind: "writing" }
  | { kind: "spilling"; sinceMs: number; trouble: StoreTrouble; room: "for-calls" | "for-steps" };

export type JournalParts = {
  store: Pick<CallStore, "append">;
  clock: Clock;
  log: Log;
  limits?: SpillLimits | undefined;
  /**
   * While steps come in crowds, what comes within this time after a write is gathered for the next one: one transaction, and one turn for the
   * effects of many steps. The few steps of a call alone are written at once, each. 0: never gathered.
   */
  gatherMs?: number;
};

/** `bytes`: counted while spilling. */
type Item = { entry: JournalEntry; bytes: number; whenKept: (() => void)[] };

export class CallJournal {
  readonly #parts: JournalParts;
  readonly #limits: SpillLimits;
  /** What the store does not have yet, in order. */
  #items: Item[] = [];
  /** So many of them, from the first one on, are kept: their effects have run. */
  #keptCount = 0;
  #bytes = 0;
  #state: JournalState = { kind: "writing" };
  #work: "idle" | "scheduled" | "appending" | "waiting" = "idle";
  #batchSize = largestBatch;
  #retryMs = firstRetryMs;
  /** When the next write may come, by the process's own clock. */
  #nextAtMs = 0;
  readonly #crowd = new Crowd();
  #stopTimer: () => void = () => undefined;
  #listener: (events: readonly PublicCallEvent[]) => void = () => undefined;
  #onceEmpty: () => void = () => undefined;

  constructor(parts: JournalParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? usualSpill;
  }

  /** Public events from now on, in the order of their cursors. */
  listen(listener: (events: readonly PublicCallEvent[]) => void): void {
    this.#listener = listener;
  }

  /** `whenKept` is called later, never at once, in the order of the writes. False: the memory is full, and nothing was taken. */
  write(entry: JournalEntry, whenKept: () => void): boolean {
    this.#crowd.add();
    const isSpilling = this.#state.kind === "spilling";
    const bytes = isSpilling ? sizeOf(entry) : 0;
    if (isSpilling && this.#isBeyond(2, bytes)) return false;
    this.#bytes += bytes;
    this.#items.push({ entry, bytes, whenKept: [whenKept] });
    this.#noteRoom();
    if (isSpilling) queueMicrotask(() => this.#keep(this.#items.length));
    else this.#schedule();
    return true;
  }

  /** Resolves when all that was written so far is kept. */
  kept(): Promise<void> {
    const last = this.#items.at(-1);
    if (last === undefined || this.#keptCount === this.#items.length) return Promise.resolve();
    return new Promise((resolve) => last.whenKept.push(resolve));
  }

  /** Whether there is room for the steps of another call. */
  takesNewCalls(): boolean {
    return this.#state.kind === "writing" || this.#state.room === "for-calls";
  }

  health(): JournalHealth {
    if (this.#state.kind === "writing") return { ok: true };
    const { trouble, sinceMs } = this.#state;
    return { ok: false, trouble, sinceMs, waiting: this.#items.length };
  }

  /** Waits, at most `withinMs`, until the store has everything; what it does not take by then is lost and logged. */
  async close(withinMs: number): Promise<void> {
    if (this.#items.length > 0) {
      if (this.#work === "waiting") this.#retryNow();
      await new Promise<void>((resolve) => {
        const stop = this.#parts.clock.after(withinMs, resolve);
        this.#onceEmpty = () => {
          stop();
          resolve();
        };
      });
    }
    this.#stopTimer();
    if (this.#items.length > 0)
      this.#parts.log.error({ entries: this.#items.length }, "the journal could not be written before the stop");
  }

  #retryNow(): void {
    this.#stopTimer();
    void this.#append();
  }

  /** While the memory is written to the store, new calls are taken again as soon as there is room. */
  #noteRoom(): void {
    if (this.#state.kind === "writing") return;
    const room = this.#isBeyond(1, 0) ? "for-steps" : "for-calls";
    if (room === this.#state.room) return;
    this.#state = { ...this.#state, room };
    const waiting = this.#items.length;
    if (room === "for-steps")
      this.#parts.log.error({ waiting }, "the memory for the journal is used up: new calls are refused");
    else this.#parts.log.warn({ waiting }, "there is room in the journal again: new calls are taken");
  }

  #isBeyond(times: number, more: number): boolean {
    const { entries, bytes } = this.#limits;
    return this.#items.length >= entries * times || this.#bytes + more > bytes * times;
  }

  /** Socket events of the same turn come before it. */
  #schedule(): void {
    if (this.#work !== "idle") return;
    this.#work = "scheduled";
    const pauseMs = this.#crowd.isDense() ? this.#nextAtMs - performance.now() : 0;
    if (pauseMs > 0) setTimeout(() => void this.#append(), pauseMs);
    else setImmediate(() => void this.#append());
  }

  async #append(): Promise<void> {
    this.#work = "appending";
    this.#nextAtMs = performance.now() + (this.#parts.gatherMs ?? 0);
    const batch = this.#items.slice(0, this.#batchSize);
    const stopWaiting = this.#parts.clock.after(longestWriteMs, () => this.#spill("slow", "no answer yet"));
    try {
      const published = await this.#parts.store.append(batch.map(({ entry }) => entry));
      stopWaiting();
      this.#appended(batch, published);
    } catch (error) {
      stopWaiting();
      if (error instanceof StoreFault && error.trouble === "refused") this.#narrowDown(batch, error);
      else this.#failed(error);
    }
  }

  #appended(batch: readonly Item[], published: readonly PublicCallEvent[]): void {
    this.#keep(batch.length);
    this.#items = this.#items.slice(batch.length);
    this.#keptCount -= batch.length;
    for (const item of batch) this.#bytes -= item.bytes;
    this.#batchSize = largestBatch;
    this.#noteRoom();
    this.#work = "idle";
    this.#listener(published);
    if (this.#items.length > 0) return this.#schedule();
    if (this.#state.kind === "spilling") this.#recovered(this.#state.sinceMs);
    return this.#onceEmpty();
  }

  #recovered(sinceMs: number): void {
    const seconds = Math.round((this.#parts.clock.now() - sinceMs) / 1_000);
    this.#state = { kind: "writing" };
    this.#retryMs = firstRetryMs;
    this.#parts.log.warn({ seconds }, "the journal is written again; nothing was left out");
  }

  /** One step that the store never takes would hold up all others: it is found, told, and left out. */
  #narrowDown(batch: readonly Item[], error: StoreFault): void {
    this.#batchSize = 1;
    const [item] = batch;
    if (batch.length > 1 || item === undefined) return void this.#append();
    const { callId, event } = item.entry;
    this.#parts.log.error(
      { callId, event: event.type, error: error.message },
      "the store does not take a step: it is lost",
    );
    return this.#appended(batch, []);
  }

  #failed(error: unknown): void {
    const trouble = error instanceof StoreFault ? error.trouble : "broken";
    this.#work = "waiting";
    this.#stopTimer = this.#parts.clock.after(this.#retryMs, () => this.#retryNow());
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
    this.#spill(trouble, error instanceof Error ? error.message : String(error));
  }

  #spill(trouble: StoreTrouble, error: string): void {
    if (this.#state.kind === "writing") {
      // A slow store is no fault yet.
      const { log } = this.#parts;
      const tell = trouble === "slow" ? log.warn.bind(log) : log.error.bind(log);
      tell({ trouble, error }, "the journal cannot be written: calls go on, their steps are kept in memory");
      for (const item of this.#items) item.bytes = sizeOf(item.entry);
      this.#bytes = this.#items.reduce((sum, { bytes }) => sum + bytes, 0);
      this.#state = { kind: "spilling", sinceMs: this.#parts.clock.now(), trouble, room: "for-calls" };
    } else this.#state = { ...this.#state, trouble };
    this.#noteRoom();
    this.#keep(this.#items.length);
  }

  /** The first `count` items are kept, and what their effects write meanwhile comes after them. */
  #keep(count: number): void {
    while (this.#keptCount < count) {
      const item = this.#items[this.#keptCount];
      this.#keptCount += 1;
      for (const tell of item?.whenKept.splice(0) ?? []) tell();
    }
  }
}

function sizeOf(entry: JournalEntry): number {
  return JSON.stringify(entry).length;
}
