/**
 * What the box shows of a call to the outside: the summary every event carries, the public events in journal order,
 * and the card one operator sees. `adapters/api` maps these one to one onto `contracts`; times are epoch milliseconds.
 */
import type { CallId, ContactId, OperatorId, TransferId } from "./ids.ts";
import type { Forward } from "../operator/call-handling.ts";
import type { Tariff } from "../cost/tariff.ts";
import type { ConsultationPartner, TransferFailure, TransferMode, TransferTarget } from "../transfer/transfer.ts";

/** The citizen as the network presented him, or as an operator dialled him; `number` is E.164, or null when withheld or not a telephone number. */
export type Caller = { number: string | null; displayName: string | null; isWithheld: boolean };

/** Who is at one end of a conversation. */
export type Party =
  /** `officeId`: of the other office where this person, or an operator, is on the line. */
  | { kind: "person"; caller: Caller; officeId?: string }
  | { kind: "operator"; operatorId: OperatorId }
  | { kind: "office"; officeId: string };

/** Pointer to the ticket that travels with a call; never content. */
export type TicketReference = { ticketId: string; transferId: TransferId | null };

export type TransferReason = "competence" | "overload" | "second_level" | "citizen_request" | "overflow" | "other";

/** Where a call that another office handed over comes from. */
export type TransferOrigin = {
  officeId: string;
  officeLabel: string | null;
  operatorId: OperatorId | null;
  transferId: TransferId | null;
  reason: TransferReason | null;
  /** Seconds the citizen had already spent in the earlier office. */
  waitedSeconds: number | null;
  /** The other office's operator speaks, and the citizen is not on the line yet; absent in older journals: false. */
  isConsultation?: boolean;
  /** Taken out of the other office's line (peak sharing): the ticket is still theirs; absent in older journals: false. */
  isOverflow?: boolean;
  /** Calls of the same contact that are in this office already; absent in older journals: none. */
  visitsBefore?: number;
  /** An operator of that office calls, and there is no citizen; absent in older journals: false. */
  isOfficeCall?: boolean;
};

export type CallStateName =
  | "dialling"
  | "queued"
  | "ringing"
  | "answered"
  | "held"
  | "transferring"
  | "parked"
  | "surveying"
  | "transferred"
  | "ended";

export type EndCause =
  | "caller-hung-up"
  | "operator-hung-up"
  | "caller-gave-up"
  | "connected-party-hung-up"
  /** A consultation whose colleague was put through to the citizen of another call. */
  | "merged"
  | "no-operator"
  | "out-of-hours"
  | "queue-full"
  /** The caller keeps the place and is called back. */
  | "callback-requested"
  | "unknown-number"
  | DialFailure
  | "refused"
  | "media-failure"
  | "network-failure"
  | "box-restarted";

/** Why who was called cannot be spoken to. `callee-not-reachable`: it rang, and then the network failed; `no-trunk`: no carrier took the call. */
export type DialFailure =
  | "callee-busy"
  | "callee-no-answer"
  | "callee-refused"
  | "callee-not-reachable"
  | "callee-unknown"
  | "no-trunk";

export type CallSummaryView = {
  callId: CallId;
  contactId: ContactId;
  officeId: string;
  direction: "in" | "out" | "internal";
  state: CallStateName;
  caller: Caller;
  /** The public number or extension that was called. */
  calledNumber: string | null;
  queue: { queueId: string; label: string } | null;
  /** The operator who talks, or who rings when nobody talks yet. */
  operatorId: OperatorId | null;
  transferredFrom: TransferOrigin | null;
  ticket: TicketReference | null;
  startedAtMs: number;
  answeredAtMs: number | null;
};

/** How an operator's ringing ended. */
export type RingEnd = "answered" | "answered-elsewhere" | "no-answer" | "rejected" | "unreachable" | "caller-gave-up";

/** A waiting caller whom another office is asked to take out of our line. */
type OverflowFields = { transferId: TransferId; toOfficeId: string };
/** `mode`: absent in events of older boxes. */
type TransferFields = {
  transferId: TransferId;
  target: TransferTarget;
  mode?: TransferMode;
  requestedBy: OperatorId;
};

/** What happened, without envelope. */
export type PublicCallHappening =
  | { type: "call-offered" }
  | { type: "call-queued" }
  | { type: "call-ringing"; operatorId: OperatorId }
  | { type: "call-ring-ended"; operatorId: OperatorId; outcome: RingEnd }
  | { type: "call-answered"; operatorId: OperatorId }
  /** A colleague's call goes on, as whom it was for wants it. */
  | ({ type: "call-forwarded" } & Forward)
  | { type: "call-held"; heldBy: "operator" | "caller" }
  | { type: "call-resumed"; heldBy: "operator" | "caller" }
  | ({
      type: "call-transfer-requested";
      ticketId: string | null;
      reason: TransferReason;
      message: string;
      expiresAtMs: number;
    } & TransferFields)
  | ({ type: "call-transfer-ringing" } & TransferFields)
  /** The operator speaks with the other side before handing over, in between with the citizen again, or with both. */
  | ({ type: "call-consulting"; talkingTo: ConsultationPartner } & TransferFields)
  | ({ type: "call-transferred"; tariff: Tariff } & TransferFields)
  | ({ type: "call-transfer-failed"; cause: TransferFailure; sipStatus: number | null } & TransferFields)
  | ({ type: "call-overflow-offered"; ticketId: string | null; expiresAtMs: number } & OverflowFields)
  /** The other office has answered. */
  | ({ type: "call-overflowed"; tariff: Tariff } & OverflowFields)
  /** It did not; the caller still waits here, at the old place. */
  | ({ type: "call-overflow-failed"; cause: TransferFailure; sipStatus: number | null } & OverflowFields)
  /** After a consultation by another office: the citizen is on the line, and stays with us. */
  | { type: "call-parked"; operatorId: OperatorId }
  | { type: "call-handed-over"; operatorId: OperatorId | null }
  | { type: "call-returned"; operatorId: OperatorId; cause: TransferFailure }
  | { type: "ticket-attached"; ticket: TicketReference }
  /** The citizen rated the service after the call: 1 satisfied, 2 neither, 3 not satisfied. */
  | { type: "call-rated"; rating: 1 | 2 | 3 }
  | { type: "call-ended"; endCause: EndCause };

/** A public event: `cursor` is unique and rising over all calls of the office; `call` is the call right after the event. */
export type PublicCallEvent = { cursor: number; atMs: number; call: CallSummaryView } & PublicCallHappening;

/** The transfer as the operator who asked for it sees it. */
export type TransferProgress =
  | { phase: "calling"; transferId: TransferId; target: TransferTarget }
  | { phase: "ringing"; transferId: TransferId; target: TransferTarget }
  | { phase: "consulting"; transferId: TransferId; target: TransferTarget; talkingTo: ConsultationPartner }
  | { phase: "transferred"; transferId: TransferId; target: TransferTarget }
  | { phase: "returned"; transferId: TransferId; target: TransferTarget; cause: TransferFailure };

export type MyCallState =
  /** A call of one's own: the own phone has to be answered, the citizen is called, the citizen's phone rings. */
  | { kind: "dialling"; stage: "own-phone" | "calling" | "ringing" }
  | { kind: "ringing" }
  | { kind: "talking" }
  | { kind: "holding" }
  | { kind: "transferring"; progress: TransferProgress }
  /** A colleague asks for advice on this call, which may be handed over. `isConference`: the citizen listens and speaks too. */
  | { kind: "consulted"; by: OperatorId; talksToMe: boolean; isConference: boolean }
  | { kind: "gone"; why: RingEnd | DialFailure | "transferred" | "ended" };

/** One call as one operator sees it. */
export type CallView = {
  call: CallSummaryView;
  myState: MyCallState;
  /** Outcome of the last transfer of this call, until the next one starts. */
  lastTransfer: TransferProgress | null;
  /** Whole seconds the citizen has waited in this office's queue before the ring. */
  waitedSeconds: number;
  /** Null: a call that came in, or of a citizen. */
  called:
    | { kind: "operator"; operatorId: OperatorId; label: string }
    | { kind: "office"; officeId: string; label: string }
    | null;
  /** Whom the other office names as being on the line there; null: nobody else than the card says anyway. */
  onTheLine: Caller | null;
};

/** A call that waits for any operator to take it up again. */
export type ParkedCallView = { callId: CallId; caller: Caller; parkedBy: OperatorId; parkedAtMs: number };
