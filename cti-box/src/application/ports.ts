/** What the application needs of the world. Adapters implement these; `testing/` has fakes of each. The media port is `media-port.ts`, those of trunks are in `trunk-ports.ts`. */
import type { CallEvent, MediaDirection } from "../domain/call/call-event.ts";
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { LegDestination, LegEndReason } from "../domain/call/call-effect.ts";
import type {
  Caller,
  CallSummaryView,
  EndCause,
  PublicCallEvent,
  PublicCallHappening,
} from "../domain/call/call-view.ts";
import type { MediaProfile } from "../domain/call/call.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "../domain/call/ids.ts";
import type { ConnectedIdentity, Renegotiation } from "./far-end.ts";
import type { Tariff } from "../domain/cost/tariff.ts";
import type { MonthlyTotal } from "../domain/retention/monthly-totals.ts";
import type { RecordDetail } from "../domain/retention/retention-rules.ts";
import type { RegisteredDevice } from "../domain/operator/operator-desk.ts";
import type { Source } from "../domain/trunk/identify-source.ts";

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `then` once after `delayMs`; returns the way to stop it. */
  after(delayMs: number, then: () => void): () => void;
}

/** Fresh identifiers: ULIDs, rising within the process, and RFC 7989 session ids. */
export interface Ids {
  callId(): CallId;
  legId(): LegId;
  transferId(): TransferId;
  contactId(): ContactId;
  /** Unguessable text of `bytes` random bytes, base64url. */
  secret(bytes: number): string;
}

/** Structured log; `fields` always carry `callId` where a call is meant, numbers masked, never DTMF digits or credentials. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export type Happening = { atMs: number; call: CallSummaryView } & PublicCallHappening;

/** One step of a call as it goes to the journal. */
export type JournalEntry = {
  callId: CallId;
  event: CallEvent;
  published: readonly Happening[];
  /** The call's record after the step. */
  record: CallRecordView;
};

/** What records are wanted; every part that is given has to fit. */
export type RecordFilter = {
  /** The last call id of the page before. */
  after?: CallId;
  limit: number;
  contactId?: string;
  /** When the call came: from this time on, and before that one. */
  fromMs?: number;
  toMs?: number;
  queueId?: string;
  direction?: CallRecordView["direction"];
  endCause?: EndCause;
  ticketId?: string;
  /** A leg of the call was paid for so. */
  tariff?: Tariff;
  /** A leg of the call went over this trunk. */
  trunkId?: string;
};

/**
 * `locked`: another program writes; `slow`: no answer yet; `full`: no room on the disk; `unreachable`: no connection; `broken`: anything else of the store; `refused`:
 * the store works, but does not take this.
 */
export type StoreTrouble = "locked" | "slow" | "full" | "unreachable" | "broken" | "refused";

export class StoreFault extends Error {
  readonly trouble: StoreTrouble;

  constructor(trouble: StoreTrouble, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.trouble = trouble;
  }
}

/** Every method rejects with a `StoreFault` when the store does not do what was asked; nothing of it has happened then. */
export interface CallStore {
  /** Writes events, public events and newest records in one transaction, in the order given; returns the public events with their cursors. */
  append(entries: readonly JournalEntry[]): Promise<PublicCallEvent[]>;
  /** Public events after `cursor`, oldest first. */
  eventsAfter(cursor: number, limit: number): Promise<PublicCallEvent[]>;
  /** The highest cursor that was ever given, also when its event is not kept any more. */
  lastCursor(): Promise<number>;
  records(filter: RecordFilter): Promise<CallRecordView[]>;
  /** Records of calls whose id begins so, the latest first. */
  latestRecords(filter: { callIdPrefix: string; limit: number }): Promise<CallRecordView[]>;
  /** Journals of calls that had not ended when the box stopped. */
  unfinishedCalls(): Promise<{ callId: CallId; events: CallEvent[] }[]>;
  close(): Promise<void>;
}

/** What the retention rules need of the store. Calls that have not ended are never touched. */
export interface RetainedCalls {
  /** Deletes at most `limit` journal entries and as many public events from before this time. Returns the higher of the two counts. */
  deleteJournal(wanted: { beforeMs: number; limit: number }): Promise<number>;
  /** Records of calls that ended before this time and still hold more than that; null: all. The oldest first. */
  endedBefore(wanted: { beforeMs: number; moreThan: RecordDetail | null; limit: number }): Promise<CallRecordView[]>;
  keepLess(records: readonly CallRecordView[], detail: RecordDetail): Promise<void>;
  replaceByTotals(records: readonly CallRecordView[], totals: readonly MonthlyTotal[]): Promise<void>;
  monthlyTotals(): Promise<MonthlyTotal[]>;
}

export type OfficeStore = CallStore & { readonly retained: RetainedCalls };

export type PlaceLegOrder = {
  legId: LegId;
  to: LegDestination;
  sdp: string;
  caller: ConnectedIdentity;
  callId: CallId;
  contactId: ContactId;
};

/**
 * Signalling of legs. Methods resolve when the message is on its way; what the far end makes of it comes as an event. A leg that is not
 * known any more is no error: the far end was faster. Every leg ends with exactly one `leg-failed`, `leg-cancelled` or `leg-ended`.
 */
export interface CallSignalling {
  start(host: SignallingHost): Promise<void>;
  placeLeg(order: PlaceLegOrder): Promise<void>;
  /** 180. */
  progressLeg(legId: LegId): Promise<void>;
  /** 200 with the box's answer. `connected`: who has answered; null: the far end is not to know. */
  answerLeg(legId: LegId, sdp: string, connected: ConnectedIdentity | null): Promise<void>;
  /** With whom the far end of an answered leg talks from now on (RFC 4916). What it makes of it is its own matter. */
  tellConnected(legId: LegId, connected: ConnectedIdentity): Promise<void>;
  rejectLeg(legId: LegId, refusal: { status: number; reason: LegEndReason }): Promise<void>;
  endLeg(legId: LegId, reason: LegEndReason): Promise<void>;
  answerReinvite(legId: LegId, sdp: string): Promise<void>;
  refuseReinvite(legId: LegId, status: number): Promise<void>;
  /** Describes our media anew by re-INVITE. */
  renegotiateLeg(legId: LegId, sdp: string): Promise<Renegotiation>;
  notifyReferrer(legId: LegId, status: number): Promise<void>;
  /** A key, to a far end that wants it in the signalling. */
  sendKey(legId: LegId, key: { digit: string; durationMs: number }): Promise<void>;
  /** Tells a member that the citizen is on the line after a consultation. */
  tellHandover(legId: LegId): Promise<void>;
  /** Writes to the office at the other end (SIP MESSAGE in the dialog). `refused`: it takes no text; `failed`: this piece did not get there. */
  sendText(legId: LegId, text: string): Promise<"sent" | "refused" | "failed">;
  /** Forgets the registrations made with an account; its legs are reported as lost. */
  dropAccount(authorizationUser: string): void;
  /** Legs that exist now, for the end-of-call check. */
  openLegs(): LegId[];
  close(): Promise<void>;
}

/** An INVITE outside a dialog, reduced to what the application decides on. */
export type IncomingInvite = {
  legId: LegId;
  source: Source | { kind: "operator"; operatorId: OperatorId };
  /** User and host of the request-URI. */
  requestedUser: string;
  requestedHost: string;
  from: CallerIdentity;
  /** First P-Asserted-Identity, if any (RFC 3325). */
  asserted: CallerIdentity | null;
  /** Privacy asks to withhold the identity. */
  isPrivate: boolean;
  userToUser: readonly string[];
  /** Local UUID of Session-ID (RFC 7989), never the nil UUID. */
  sessionId: string | null;
  /** Headers of the network's proxy and boxes; believed from members only. */
  sourceOffice: string | null;
  transferHeader: string | null;
  /** The leg whose place the call takes (RFC 3891); null: it is a call of its own. */
  replaces: NamedLeg | "unknown" | null;
  /** It came over TLS, so that nobody on the way could read it. */
  isSecured: boolean;
  media: MediaProfile;
  /** null: no offer; the box's is in its 200, the answer in the ACK (RFC 3261 §13.2.1). */
  sdp: string | null;
};

export type CallerIdentity = { user: string | null; displayName: string | null };

export type InviteVerdict =
  | { kind: "accepted" }
  | { kind: "refused"; status: number; why: string; retryAfterSeconds?: number };

/** A leg that a phone names by its dialog (RFC 3891). `isEarlyOnly`: it means the leg only while that rings. */
export type NamedLeg = { legId: LegId; isEarlyOnly: boolean };

export type SignallingEvent =
  /** 100: the next hop has the INVITE. */
  | { type: "leg-trying"; legId: LegId }
  | { type: "leg-progressed"; legId: LegId }
  /** A provisional answer described the far end's media: what it plays is to be heard before the answer (RFC 3960). */
  | { type: "leg-early-media"; legId: LegId; sdp: string }
  | { type: "leg-answered"; legId: LegId; sdp: string }
  /** The ACK of an INVITE or re-INVITE that came without an offer, with the far end's answer; null: it brought none. */
  | { type: "leg-acknowledged"; legId: LegId; answer: { sdp: string; direction: MediaDirection } | null }
  | { type: "leg-failed"; legId: LegId; status: number; q850: number | null }
  | { type: "leg-cancelled"; legId: LegId }
  | { type: "leg-ended"; legId: LegId; how: "bye" | "lost" | "closed" }
  /** `sdp` null: a re-INVITE without offer; the ACK says what the far end wants. */
  | { type: "leg-reinvited"; legId: LegId; sdp: string | null; direction: MediaDirection }
  /** A REFER that was accepted with 202; progress is told with `notifyReferrer`. `replaces`: the other leg that it names, if any. */
  | { type: "leg-referred"; legId: LegId; user: string; host: string; replaces: NamedLeg | "unknown" | null }
  /** The far end says who is there now: in From, where that changed, or in P-Asserted-Identity. */
  | { type: "leg-presented"; legId: LegId; presented: Caller }
  /** The office at the other end says that the citizen is on the line now. */
  | { type: "leg-handed-over"; legId: LegId }
  | { type: "leg-digit"; legId: LegId; digit: string; durationMs: number }
  /** The office at the other end writes. Not to be logged nor kept. */
  | { type: "leg-text"; legId: LegId; text: string };

/** Who may register and call from a phone of this office. */
export type SipAccount = {
  authorizationUser: string;
  password: string;
  operatorId: OperatorId;
  kind: "session" | "phone";
  /** Users of the address of record this account may register: login and extension. */
  users: readonly string[];
};

/** The application as the signalling adapter sees it. Methods answer at once; the work goes on after them. */
export interface SignallingHost {
  identifySource(from: { address: string; port: number }): Source;
  findAccount(authorizationUser: string): SipAccount | null;
  registrationsChanged(operatorId: OperatorId, devices: readonly RegisteredDevice[]): void;
  inviteReceived(invite: IncomingInvite): InviteVerdict;
  /** Null: new calls are let in. Else the box is about to stop, and may be asked again after so many seconds. */
  retryAfterSeconds(): number | null;
  /** Is this leg one that may transfer by REFER (an operator's own phone in a call)? `isAttended`: to the party of another leg of that phone. */
  mayRefer(legId: LegId, isAttended: boolean): boolean;
  /** Is there an office at the other end of this leg, which may write? */
  takesText(legId: LegId): boolean;
  legEvent(event: SignallingEvent): void;
  /** Told once, when the signalling has started: legs of an earlier run of the box whose dialogs are still up. Nothing has happened to them yet. */
  legsTakenBack(legIds: readonly LegId[]): void;
}
