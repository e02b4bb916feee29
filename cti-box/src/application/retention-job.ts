/**
 * Takes away what may not be kept any longer, once a day: journals, then who the operator was, then the citizen's number, then the record.
 * In small steps with turns for the calls in between; a step that was done is not done again, so a box that is stopped in the middle goes on.
 */
import { redactRecord } from "../domain/retention/redact-record.ts";
import { totalsOf } from "../domain/retention/monthly-totals.ts";
import { cutoffsAt, type RecordDetail, type RetentionRules } from "../domain/retention/retention-rules.ts";
import type { PriceList } from "../domain/cost/price-list.ts";
import type { Clock, Log, RetainedCalls } from "./ports.ts";

const dayMs = 24 * 3_600_000;
/** The start of a box has other work to do. */
const firstPassMs = 60_000;
/** After a fault of the store. */
const retryMs = 3_600_000;
const stepSize = 200;

export type RetentionParts = {
  store: RetainedCalls;
  clock: Clock;
  log: Log;
  rules: RetentionRules;
  prices: PriceList | null;
};

type Pass = { journalEntries: number; withoutOperators: number; withoutNumbers: number; deletedRecords: number };

export class RetentionJob {
  readonly #parts: RetentionParts;
  #state: "idle" | "waiting" | "working" | "closed" = "idle";
  #stopTimer: () => void = () => undefined;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#state === "idle") this.#wait(firstPassMs);
  }

  close(): void {
    this.#state = "closed";
    this.#stopTimer();
  }

  #wait(delayMs: number): void {
    this.#state = "waiting";
    this.#stopTimer = this.#parts.clock.after(delayMs, () => void this.#runPass());
  }

  async #runPass(): Promise<void> {
    this.#state = "working";
    const { log } = this.#parts;
    try {
      const pass = await this.#pass();
      if (pass === null) return;
      if (Object.values(pass).some((count) => count > 0))
        log.info(pass, "what may not be kept any longer was taken away");
      this.#wait(dayMs);
    } catch (error) {
      log.error(
        { error: String(error) },
        "the retention rules could not be applied; they will be tried again in an hour",
      );
      if (!this.#isClosed()) this.#wait(retryMs);
    }
  }

  /** Null: closed meanwhile. */
  async #pass(): Promise<Pass | null> {
    const { store, clock, rules, prices } = this.#parts;
    const before = cutoffsAt(clock.now(), rules);
    const journalEntries = await this.#repeat(() =>
      store.deleteJournal({ beforeMs: before.journalMs, limit: stepSize }),
    );
    const withoutOperators = await this.#repeat(() => this.#redact("without-operators", before.operatorMs));
    const withoutNumbers = await this.#repeat(() => this.#redact("without-numbers", before.numberMs));
    const deletedRecords = await this.#repeat(async () => {
      const records = await store.endedBefore({ beforeMs: before.recordMs, moreThan: null, limit: stepSize });
      if (records.length > 0) await store.replaceByTotals(records, totalsOf(records, prices));
      return records.length;
    });
    return this.#isClosed() ? null : { journalEntries, withoutOperators, withoutNumbers, deletedRecords };
  }

  async #redact(detail: RecordDetail, beforeMs: number): Promise<number> {
    const { store } = this.#parts;
    const records = await store.endedBefore({ beforeMs, moreThan: detail, limit: stepSize });
    if (records.length > 0)
      await store.keepLess(
        records.map((record) => redactRecord(record, detail)),
        detail,
      );
    return records.length;
  }

  /** Steps until one had less to do than it could have done. */
  async #repeat(step: () => Promise<number>): Promise<number> {
    let total = 0;
    while (!this.#isClosed()) {
      const done = await step();
      total += done;
      if (done < stepSize) break;
      await new Promise<void>((resolve) => {
        this.#stopTimer = this.#parts.clock.after(0, resolve);
      });
    }
    return total;
  }

  #isClosed(): boolean {
    return this.#state === "closed";
  }
}
