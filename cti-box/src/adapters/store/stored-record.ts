/** Records as they lie in the store: those of earlier versions of the box lack what was not noted then. */
import type { CallRecordView, LegRecordView, TransferRecordView } from "../../domain/call/call-record.ts";

type Earlier<View, Added extends keyof View> = Omit<View, Added> & Partial<Pick<View, Added>>;
type StoredTransfer = Earlier<
  TransferRecordView,
  "mode" | "requestedBy" | "requestedAtMs" | "settledAtMs" | "conferenceAtMs" | "reason"
>;
type StoredRecord = Earlier<
  Omit<CallRecordView, "legs" | "transfers">,
  "direction" | "queueWaitSeconds" | "survey" | "end" | "forwards"
> & {
  legs: Earlier<LegRecordView, "end">[];
  transfers: StoredTransfer[];
};

const notNoted = {
  mode: null,
  requestedBy: null,
  requestedAtMs: null,
  settledAtMs: null,
  conferenceAtMs: null,
  reason: null,
};

export function recordFromStored(text: string): CallRecordView {
  return recordFrom(JSON.parse(text) as StoredRecord);
}

export function recordFrom(stored: StoredRecord): CallRecordView {
  return {
    // A colleague's call had no queue, and nobody could call out.
    direction: stored.queueId === null ? "internal" : "in",
    queueWaitSeconds: stored.queueId === null ? 0 : stored.waitedSeconds,
    survey: null,
    end: null,
    forwards: [],
    ...stored,
    legs: stored.legs.map((leg) => ({ end: null, ...leg })),
    transfers: stored.transfers.map((transfer) => ({ ...notNoted, ...transfer })),
  };
}
