/** Call detail records: a projection of the journal. One per call, one entry per leg, with what each leg cost. Times in epoch milliseconds. */
import type { PeerKind, Tariff } from "../cost/tariff.ts";
import type { TransferFailure, TransferTarget } from "../transfer/transfer.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "./ids.ts";
import type { Caller, EndCause, TransferOrigin } from "./call-view.ts";

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
};

export type TransferRecordView = {
  transferId: TransferId;
  target: TransferTarget;
  outcome: "pending" | "transferred" | "failed";
  failure: TransferFailure | null;
  tariff: Tariff;
};

export type CallRecordView = {
  callId: CallId;
  contactId: ContactId;
  officeId: string;
  caller: Caller;
  calledNumber: string | null;
  queueId: string | null;
  operatorIds: OperatorId[];
  ticketId: string | null;
  transferredFrom: TransferOrigin | null;
  transfers: TransferRecordView[];
  legs: LegRecordView[];
  waitedSeconds: number;
  startedAtMs: number;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  endCause: EndCause | null;
};
