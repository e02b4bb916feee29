/** The office in numbers, now and today, per queue and for the whole. In memory; the day is made anew from the records after a restart. */
import { callsByState, operatorCounts, queueNow } from "../domain/figures/office-now.ts";
import { dayOf, emptyDay, outcomeOf, withOutcome } from "../domain/figures/queue-day.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { PublicCallEvent } from "../domain/call/call-view.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { OperatorPresence, OperatorProfile } from "../domain/operator/operator.ts";
import type { QueueDay, QueueOutcome } from "../domain/figures/queue-day.ts";
import type { Clock, RecordFilter } from "./ports.ts";
import type { OfficeFiguresView, OfficeFiguresQueries } from "./use-cases.ts";

export type OfficeFiguresParts = {
  queues: readonly { queueId: string; label: string }[];
  operators: readonly OperatorProfile[];
  presenceOf(operatorId: OperatorId): OperatorPresence;
  /** Calls in progress. */
  calls(): readonly Call[];
  /** Queues whose callers may keep their place for a call back. */
  callbackQueues: { has(queueId: string): boolean };
  /** Who is still to be called back. */
  callbacks(): readonly { queueId: string }[];
  clock: Pick<Clock, "now">;
};

/** A day has 25 hours when the clocks go back. */
const longestDayMs = 25 * 3_600_000;

export class OfficeFigures implements OfficeFiguresQueries {
  private readonly parts: OfficeFiguresParts;
  private readonly days = new Map<string, QueueDay>();
  private day: string;

  constructor(parts: OfficeFiguresParts) {
    this.parts = parts;
    this.day = dayOf(parts.clock.now());
  }

  /** Before the first call: what became of today's calls before the box was restarted. */
  async recover(pages: (filter: Pick<RecordFilter, "fromMs">) => AsyncIterable<CallRecordView[]>): Promise<void> {
    for await (const page of pages({ fromMs: this.parts.clock.now() - longestDayMs }))
      for (const record of page) this.count(record, outcomeOf(record));
  }

  heard(event: PublicCallEvent): void {
    const { direction, queue, startedAtMs, answeredAtMs } = event.call;
    const call = { direction, queueId: queue?.queueId ?? null, startedAtMs, answeredAtMs };
    // A call that is taken up again is not answered a second time.
    if (event.type === "call-answered" && answeredAtMs === event.atMs)
      this.count(call, outcomeOf({ ...call, endCause: null }));
    if (event.type === "call-ended" && answeredAtMs === null)
      this.count(call, outcomeOf({ ...call, endCause: event.endCause }));
  }

  now(): OfficeFiguresView {
    this.turnDay();
    const { queues, operators, callbackQueues, clock } = this.parts;
    const all = this.parts.calls();
    const callbacks = this.parts.callbacks();
    const nowMs = clock.now();
    return {
      atMs: nowMs,
      calls: callsByState(all),
      operators: this.countsOf(operators),
      queues: queues.map(({ queueId, label }) => ({
        queueId,
        label,
        now: queueNow(
          all.filter(({ queue }) => queue?.queueId === queueId),
          nowMs,
        ),
        callbacks: callbackQueues.has(queueId) ? callbacks.filter((one) => one.queueId === queueId).length : null,
        today: this.days.get(queueId) ?? emptyDay,
        operators: this.countsOf(operators.filter(({ queueIds }) => queueIds.includes(queueId))),
      })),
    };
  }

  private countsOf(operators: readonly OperatorProfile[]): ReturnType<typeof operatorCounts> {
    return operatorCounts(operators.map(({ operatorId }) => this.parts.presenceOf(operatorId)));
  }

  private count(call: { queueId: string | null; startedAtMs: number }, outcome: QueueOutcome | null): void {
    this.turnDay();
    const { queueId, startedAtMs } = call;
    if (outcome === null || queueId === null || dayOf(startedAtMs) !== this.day) return;
    this.days.set(queueId, withOutcome(this.days.get(queueId) ?? emptyDay, outcome));
  }

  private turnDay(): void {
    const day = dayOf(this.parts.clock.now());
    if (day === this.day) return;
    this.day = day;
    this.days.clear();
  }
}
