/** Call detail records: a projection of the journal. One per call, one entry per leg, with what each leg cost. Times in epoch milliseconds. */
import type { PeerKind, Tariff } from "../cost/tariff.ts";
import type { TransferFailure, TransferMode, TransferTarget } from "../transfer/transfer.ts";
import type { Forward } from "../operator/call-handling.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "./ids.ts";
import type { Caller, EndCause, TransferOrigin, TransferReason } from "./call-view.ts";

/**
 * Why a leg ended: Q.850 cause (1 to 127), said by the far end or by the box. `sipStatus`: the final answer, received or sent; null when it
 * ended otherwise (BYE, CANCEL, or with the box).
 */
export type LegCause = { by: "far-end" | "box"; q850: number; sipStatus: number | null };

export type LegRecordView = {
  legId: LegId;
  role: "caller" | "operator" | "office";
  peer: { kind: PeerKind; name: string };
  tariff: Tariff;
  direction: "in" | "out";
  startedAtMs: number;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  /** Seconds this leg was answered and connected to somebody: for an operator, without the time after a transfer. */
  talkSeconds: number;
  /** Null: still open, or written by a box that did not note it. */
  end: LegCause | null;
};

export type TransferRecordView = {
  transferId: TransferId;
  target: TransferTarget;
  /** `attended`: the operator spoke with the target first, or meant to; `overflow`: the queue offered its caller. Null: the box did not note it. */
  mode: TransferMode | "overflow" | null;
  /** These four, and the conference, are null in records of boxes that did not note them. No operator: the queue offered its caller (reason `overflow`). */
  requestedBy: OperatorId | null;
  requestedAtMs: number | null;
  settledAtMs: number | null;
  /** When citizen, operator and the other side first spoke all together; null: never. */
  conferenceAtMs: number | null;
  reason: TransferReason | null;
  outcome: "pending" | "transferred" | "failed";
  failure: TransferFailure | null;
  tariff: Tariff;
};

/** A colleague's call that went on to somebody else. */
export type ForwardRecordView = Forward & { atMs: number };

export type CallRecordView = {
  callId: CallId;
  contactId: ContactId;
  officeId: string;
  direction: "in" | "out" | "internal";
  caller: Caller;
  calledNumber: string | null;
  queueId: string | null;
  operatorIds: OperatorId[];
  ticketId: string | null;
  transferredFrom: TransferOrigin | null;
  transfers: TransferRecordView[];
  forwards: ForwardRecordView[];
  legs: LegRecordView[];
  /** Seconds until an operator answered the first time, or until the end. */
  waitedSeconds: number;
  /** Seconds in the line and ringing, also after an operator was lost. */
  queueWaitSeconds: number;
  startedAtMs: number;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  endCause: EndCause | null;
  /** Null: the citizen was not asked, or the box could not ask yet; `rating` null: no answer. */
  survey: { rating: 1 | 2 | 3 | null } | null;
  /** How the caller's own leg ended. */
  end: LegCause | null;
};
