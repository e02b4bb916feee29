/** What can be asked of the box about its calls: those in progress from memory, those before from the store. */
import { recordPages } from "./record-pages.ts";
import type { Callbacks } from "./callbacks.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { CallStore, Clock } from "./ports.ts";
import type { CallQueries } from "./use-cases.ts";

export function queriesOf(
  calls: CallsInProgress,
  { store, clock, callbacks }: { store: CallStore; clock: Clock; callbacks: Pick<Callbacks, "list" | "onChange"> },
): CallQueries {
  return {
    eventsAfter: (cursor, limit) => store.eventsAfter(cursor, limit),
    lastCursor: () => store.lastCursor(),
    onEvent: (listener) => calls.onEvent(listener),
    onCard: (listener) => calls.onCard(listener),
    callsOf: (operatorId) => calls.index.callsOf(operatorId),
    parkedCalls: () => calls.index.parked(),
    callbacks: () => callbacks.list(),
    onCallbacks: (listener) => callbacks.onChange(listener),
    records: (filter) => store.records(filter),
    recordPages: (filter) => recordPages({ store, clock }, filter),
    latestRecords: (filter) => store.latestRecords(filter),
  };
}
