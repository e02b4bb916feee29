/**
 * What the box does for the world outside of SIP: the use cases that `main.ts` builds and hands to `adapters/api`.
 * Types are the box's own; `adapters/api` maps them to and from `contracts`.
 */
import type { CallId, OperatorId, TransferId } from "../domain/call/ids.ts";
import type { CallView, PublicCallEvent } from "../domain/call/call-view.ts";
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { OperatorPresence, OperatorAvailability } from "../domain/operator/operator.ts";

export type CommandRefusal =
  | "unknown-call"
  | "not-your-call"
  | "wrong-state"
  | "unknown-target"
  | "no-on-net-route"
  | "target-not-allowed"
  | "target-unavailable"
  | "transfer-pending";
export type CommandResult = { ok: true } | { ok: false; reason: CommandRefusal };

export type TransferDestination = { kind: "office"; officeId: string } | { kind: "operator"; operatorId: OperatorId };
export type TransferOrder = {
  transferId: TransferId;
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
  attachTicket(callId: CallId, operatorId: OperatorId, ticketId: string): Promise<CommandResult>;
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

/** A softphone's SIP account for one session: made at sign-in, forgotten at sign-out (registrations with it end at once). */
export interface SipAccounts {
  openSessionAccount(operatorId: OperatorId): {
    addressOfRecord: string;
    authorizationUser: string;
    authorizationPassword: string;
  };
  closeSessionAccount(authorizationUser: string): void;
}

export interface CallQueries {
  /** Events after `cursor`, oldest first, at most `limit`. Projection of the journal. */
  eventsAfter(cursor: number, limit: number): PublicCallEvent[];
  /** Live events, each once, in order, from the moment of the call on. Returns the way to stop. */
  onEvent(listener: (event: PublicCallEvent) => void): () => void;
  /** Every change of a call as this operator should see it. */
  onCard(listener: (operatorId: OperatorId, view: CallView) => void): () => void;
  callsOf(operatorId: OperatorId): CallView[];
  records(filter: { after?: CallId; limit: number; contactId?: string }): CallRecordView[];
}
