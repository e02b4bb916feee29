/**
 * What the box does for the world outside of SIP: the use cases that `main.ts` builds and hands to `adapters/api`.
 * Types are the box's own; `adapters/api` maps them to and from `contracts`.
 */
import type { CallId, OperatorId, TransferId } from "../domain/call/ids.ts";
import type { OperatorCounts, QueueNow } from "../domain/figures/office-now.ts";
import type { QueueDay } from "../domain/figures/queue-day.ts";
import type { CallStateName, CallView, ParkedCallView, PublicCallEvent } from "../domain/call/call-view.ts";
import type { TrunkRegistration } from "../domain/trunk/trunk-registration.ts";
import type { TollRefusal } from "../domain/trunk/toll-limits.ts";
import type { TrunkHealth } from "../domain/trunk/trunk-health.ts";
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { ConsultationPartner, TransferMode } from "../domain/transfer/transfer.ts";
import type { Finding, TrialStep } from "../domain/trunk/trunk-trial.ts";
import type { Settings } from "../domain/trunk/change-settings.ts";
import type { DialOrder, DialRefusal, DialResult, NetworkCallOrder } from "./dial-orders.ts";
import type { RecordFilter, StoreTrouble } from "./ports.ts";
import type { TrialMessage, TrunkChange } from "./trunk-ports.ts";
import type { PendingCallback } from "../domain/queue/callback-book.ts";
import type { CallHandling } from "../domain/operator/call-handling.ts";
import type { OperatorPresence, OperatorAvailability } from "../domain/operator/operator.ts";

export type CommandRefusal =
  | "unknown-call"
  | "not-your-call"
  | "wrong-state"
  | "unknown-target"
  | "no-on-net-route"
  | "target-not-allowed"
  | "target-unavailable"
  | "transfer-pending"
  | "invalid-number"
  | "no-trunk";
export type CommandResult = { ok: true } | { ok: false; reason: CommandRefusal };

export type TransferDestination =
  | { kind: "office"; officeId: string }
  | { kind: "operator"; operatorId: OperatorId }
  /** As it was typed. */
  | { kind: "number"; number: string };
export type TransferOrder = {
  transferId: TransferId;
  /** Absent: blind. */
  mode?: TransferMode;
  target: TransferDestination;
  ticketId: string | null;
  reason: string;
  message: string;
};

/** Commands of an operator on a call. Each is idempotent: repeated with the same ids it changes nothing and says ok. */
export interface CallCommands {
  hold(callId: CallId, operatorId: OperatorId): Promise<CommandResult>;
  resume(callId: CallId, operatorId: OperatorId): Promise<CommandResult>;
  requestTransfer(callId: CallId, operatorId: OperatorId, order: TransferOrder): Promise<CommandResult>;
  cancelTransfer(callId: CallId, operatorId: OperatorId, transferId: TransferId): Promise<CommandResult>;
  /** During a consultation: speak with the other side, with the citizen in between, or with both. */
  turnTo(
    callId: CallId,
    operatorId: OperatorId,
    wish: { transferId: TransferId; talkingTo: ConsultationPartner },
  ): Promise<CommandResult>;
  /** Ends a consultation by handing the citizen over. */
  completeTransfer(callId: CallId, operatorId: OperatorId, transferId: TransferId): Promise<CommandResult>;
  attachTicket(callId: CallId, operatorId: OperatorId, ticketId: string): Promise<CommandResult>;
  /** Calls a citizen; the operator's own phone rings first. */
  dial(operatorId: OperatorId, order: DialOrder): Promise<DialResult>;
  /** Calls a colleague or another office in the same way. */
  callInNetwork(operatorId: OperatorId, order: NetworkCallOrder): Promise<DialResult>;
  /** Leaves the citizen with music to whoever retrieves the call. */
  park(callId: CallId, operatorId: OperatorId): Promise<CommandResult>;
  /** Takes a parked call up; it rings at the operator's own phone, which answers. */
  retrieve(operatorId: OperatorId, callId: CallId): Promise<PickUpResult>;
  /** Takes the call that rings at a colleague's; it rings at the operator's own phone, which answers. */
  pickUp(operatorId: OperatorId, colleagueId: OperatorId): Promise<PickUpResult>;
}

export type PickUpResult =
  | { ok: true; callId: CallId }
  | {
      ok: false;
      reason: Extract<
        CommandRefusal | DialRefusal,
        "unknown-call" | "unknown-target" | "target-not-allowed" | "already-busy" | "no-phone" | "wrong-state"
      >;
    };

/** `waiting`: steps of calls that the store does not have yet. */
export type JournalHealth = { ok: true } | { ok: false; trouble: StoreTrouble; sinceMs: number; waiting: number };

/** A trunk as it is now; `placed`: calls over it since the start; `health` null: it is not probed. */
export type TrunkView = {
  trunkId: string;
  carrier: string;
  priority: number;
  weight: number;
  capacity: number | null;
  outbound: { uri: string; prefixes: string[] } | null;
  calls: number;
  placed: number;
  origin: TrunkOrigin;
  health: TrunkHealth | null;
  /** Null: the carrier wants none. */
  registration: TrunkRegistration | null;
  toll: TrunkTollView;
};

/** Calls of the day so far that went out, and what they cost; `alarm`: the last time that a limit kept a call back. */
export type TrunkTollView = {
  calls: number;
  costly: number;
  spent: { amount: number; currency: string } | null;
  /** No calls but emergency ones until then. */
  stoppedUntilMs: number | null;
  alarm: { atMs: number; limit: TollRefusal } | null;
};

export interface TrunkQueries {
  list(): TrunkView[];
  /** Calls that were not placed because of a trunk's limits, since the start. */
  refusedByLimits(): { trunkId: string; limit: TollRefusal; calls: number }[];
  /** Registers and probes once. Null: there is no such trunk. */
  test(trunkId: string): Promise<TrunkTestView | null>;
}

/** The office in numbers; `operators` null: so few that the numbers would be about one of them. `callbacks`: still to be made; null: the queue offers none. */
export type OfficeFiguresView = {
  atMs: number;
  calls: Readonly<Record<Exclude<CallStateName, "ended">, number>>;
  operators: OperatorCounts | null;
  queues: {
    queueId: string;
    label: string;
    now: QueueNow;
    callbacks: number | null;
    today: QueueDay;
    operators: OperatorCounts | null;
  }[];
};

export interface OfficeFiguresQueries {
  now(): OfficeFiguresView;
}

/** `changed`: while the box ran, over what the configuration file says; `added`: the file does not have it. */
export type TrunkOrigin = "file" | "changed" | "added";

/** `settings` without secrets; null: the trunk is gone. */
export type TrunkChangeResult =
  | { ok: true; settings: Settings | null }
  | { ok: false; reason: "unknown-trunk" | "trunk-exists" }
  | { ok: false; reason: "validation"; problems: { pointer: string; detail: string }[] };

/** Trunks changed while the box runs. Calls that are up go on as they are. `by`: who wants it, for the history. */
export interface TrunkAdministrationCommands {
  settingsOf(trunkId: string): Settings | null;
  originOf(trunkId: string): TrunkOrigin;
  /** The latest first. */
  history(): readonly TrunkChange[];
  add(given: { readonly trunkId: string }, by: string): TrunkChangeResult;
  replace(trunkId: string, given: object, by: string): TrunkChangeResult;
  /** `patch`: a JSON merge patch (RFC 7396). */
  change(trunkId: string, patch: object, by: string): TrunkChangeResult;
  remove(trunkId: string, by: string): TrunkChangeResult;
  reset(trunkId: string, by: string): TrunkChangeResult;
}

/** What was tried at a carrier and what came of it. `aheadMs`: our clock is so far ahead of the carrier's that it does harm. */
export type TrunkTestStep = {
  step: TrialStep;
  uri: string;
  finding: Finding;
  isWell: boolean;
  aheadMs: number | null;
  tookMs: number;
  messages: readonly TrialMessage[];
};
/** Without steps: the trunk only takes calls, from these addresses. */
export type TrunkTestView = { trunkId: string; addresses: string[]; steps: TrunkTestStep[] };

/** A stop that lets calls end by themselves. */
export interface StopNotices {
  /** When the calls that are left are ended; null: the box is not about to stop. */
  stopsAtMs(): number | null;
  /** Told once. Returns the way to stop listening. */
  onStopping(listener: (stopsAtMs: number) => void): () => void;
}

/** Operators' presence lives in memory, for routing only; it is never written anywhere (domain: INL circolare 4/2017). */
export interface OperatorDesk {
  /** A page signed in: until its `leave`, the operator counts as present. One page at a time; a newer one replaces the older. */
  pageJoined(operatorId: OperatorId, pageId: string): void;
  /** The page's own code answered (true) or stopped answering (false) the application ping. An unreachable operator is not rung. */
  pageReachable(operatorId: OperatorId, pageId: string, isReachable: boolean): void;
  pageLeft(operatorId: OperatorId, pageId: string): void;
  setAvailability(operatorId: OperatorId, availability: OperatorAvailability): void;
  presenceOf(operatorId: OperatorId): OperatorPresence;
  onPresence(listener: (operatorId: OperatorId, presence: OperatorPresence) => void): () => void;
}

/** Forwarding and do not disturb, kept over restarts. `changedBy`: for the log. */
export interface CallHandlingDesk {
  handlingOf(operatorId: OperatorId): CallHandling;
  list(): { operatorId: OperatorId; handling: CallHandling }[];
  set(operatorId: OperatorId, handling: CallHandling, changedBy: string): Promise<HandlingResult>;
  onHandling(listener: (operatorId: OperatorId, handling: CallHandling) => void): () => void;
}
export type HandlingResult =
  | { ok: true }
  | { ok: false; reason: "unknown-operator" | "unknown-target" | "target-not-allowed" };

/** A softphone's SIP account for one session: made at sign-in, forgotten at sign-out (registrations with it end at once). */
export interface SipAccounts {
  openSessionAccount(operatorId: OperatorId): {
    addressOfRecord: string;
    authorizationUser: string;
    authorizationPassword: string;
  };
  closeSessionAccount(authorizationUser: string): void;
  /** Of sessions that nobody knows any more. */
  closeSessionAccountsBut(authorizationUsers: readonly string[]): void;
}

/** SIP messages of calls, where the box keeps them (`sip.trace`); secrets are masked. */
export interface CallTraces {
  find(question: TraceQuestion): Promise<TraceFindings>;
}

export type TraceQuestion = {
  /** The box's call id, a SIP Call-ID, or how one of them begins; null: the latest call. */
  call: string | null;
  numbers: "masked" | "shown";
};

/** Of several calls that begin so, only the ids are told: `messages` are those of a single one. */
export type TraceFindings = { state: "off" } | { state: "on"; calls: TracedCallView[] };

export type TracedCallView = {
  /** The box's call; null: SIP that belongs to none, such as a registration. */
  callId: CallId | null;
  startedAtMs: number | null;
  legs: TracedLegView[];
};

export type TracedLegView = {
  sipCallId: string;
  /** Who is at the other end, and whether each of its connections is a device of its own; null: known by its address alone. */
  peer: { name: string; kind: "server" | "phone" } | null;
  /** Messages of it that are not kept any more. */
  leftOut: number;
  messages: {
    atUs: number;
    direction: "received" | "sent";
    protocol: string;
    local: string;
    remote: string;
    text: string;
  }[];
};

/** `waiting`: for opening hours, or for the pause after a call in vain. `in-line`: for a free operator. */
export type CallbackView = PendingCallback & { state: "waiting" | "in-line" | "calling" };

export interface CallQueries {
  /** Events after `cursor`, oldest first, at most `limit`. Projection of the journal. */
  eventsAfter(cursor: number, limit: number): Promise<PublicCallEvent[]>;
  /** The highest cursor that was ever given. */
  lastCursor(): Promise<number>;
  /** Live events, each once, in order, from the moment of the call on. Returns the way to stop. */
  onEvent(listener: (event: PublicCallEvent) => void): () => void;
  /** Every change of a call as this operator should see it. */
  onCard(listener: (operatorId: OperatorId, view: CallView) => void): () => void;
  callsOf(operatorId: OperatorId): CallView[];
  /** Calls that wait for any operator, the oldest first. */
  parkedCalls(): ParkedCallView[];
  /** Citizens who are to be called back, in the order of their places. */
  callbacks(): CallbackView[];
  /** Told after something of them has changed. Returns the way to stop. */
  onCallbacks(listener: () => void): () => void;
  /** In the order in which the calls came. */
  records(filter: RecordFilter): Promise<CallRecordView[]>;
  /** All that fit, a page at a time; calls have their turn in between. */
  recordPages(filter: Omit<RecordFilter, "limit" | "after">): AsyncIterable<CallRecordView[]>;
  /** Records of calls whose id begins so, the latest first. */
  latestRecords(filter: { callIdPrefix: string; limit: number }): Promise<CallRecordView[]>;
}
