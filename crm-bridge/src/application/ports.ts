/** What the bridge's use cases need of the world. */
import type { Connector } from "../connectors/connector.ts";
import type { PopContent } from "../domain/choose-pop.ts";
import type { Stamp, Ticket, TransferStatus } from "../domain/ticket.ts";

/** A call as the bridge has to remember it: whose pop, which ticket, is somebody talking. */
export type CallNote = {
  callId: string;
  contactId: string;
  callerNumber: string | null;
  callerName: string | null;
  operatorLogin: string | null;
  phase: "ringing" | "answered";
  ticketId: string | null;
  transferId: string | null;
};

export type Pop = {
  callId: string;
  contactId: string;
  operatorLogin: string;
  revision: number;
  content: PopContent;
  others: Ticket[];
};

/** Why a call came back, in the contract's words. */
export type CameBackBecause = "cancelled" | "no_answer" | "failed";

/** Work towards the hub that has to get done, in order per ticket (`lane`), however often it takes. */
export type ExchangeTask =
  | { kind: "deliver"; ticketId: string; transferId: string; callId: string; expiresAt: string }
  | { kind: "accept"; transferId: string; targetLocalTicketId: string; operatorRef: string | null }
  | { kind: "withdraw"; transferId: string; reason: CameBackBecause }
  /** It was accepted, but its call is here again: the ticket is asked back. */
  | { kind: "return"; transferId: string; reason: CameBackBecause }
  | { kind: "note"; ticketId: string; updateId: string; text: string }
  | { kind: "status"; ticketId: string; updateId: string; operation: "take" | "release" }
  | { kind: "reopen"; ticketId: string; updateId: string; reason: string }
  | {
      kind: "close";
      ticketId: string;
      updateId: string;
      status: "closed_fo" | "closed_bo";
      outcome: string;
      answer: string;
    };
/** Work towards the CRM. */
export type CrmTask =
  | { kind: "comment"; localTicketId: string; text: string }
  | { kind: "crm-status"; localTicketId: string; status: Ticket["status"] };
export type QueuedTask<T> = { taskId: number; lane: string; task: T; attempts: number };

/** `ending`: how it ended, when that is known. `answeredBy`: operator who took its call. */
export type TransferWord = {
  ending: { status: TransferStatus; refusalReason: string | null } | null;
  answeredBy: string | null;
  /** Why its call came back, in the box's word. */
  cause: string | null;
};

export interface TicketStore {
  /** All of it or nothing; what is told to operators is told after it. */
  atomically<T>(work: () => T): T;
  ticket(ticketId: string): Ticket | null;
  /** `phone`: the caller's, E.164. */
  ticketsOfPhone(phone: string): Ticket[];
  ticketByLocalId(localTicketId: string): Ticket | null;
  ticketByPublicCode(publicCode: string): Ticket | null;
  ticketOfTransfer(transferId: string): Ticket | null;
  searchText(text: string, limit: number): Ticket[];
  putTicket(ticket: Ticket): void;
  nextNumber(ticketId: string): string;
  /** A repeated update is recognised by its id. */
  hasUpdate(updateId: string): boolean;
  rememberUpdate(updateId: string): void;
  call(callId: string): CallNote | null;
  callOfTransfer(transferId: string): CallNote | null;
  callsOfTicket(ticketId: string): CallNote[];
  putCall(call: CallNote): void;
  removeCall(callId: string): void;
  pop(callId: string): Pop | null;
  popsOf(operatorLogin: string): Pop[];
  putPop(pop: Pop): void;
  removePop(callId: string): void;
  /** Rises as long as the call lives, whoever it rings at. */
  nextPopRevision(callId: string): number;
  /** What was heard of a transfer, kept because its ticket may come later. */
  transferWord(transferId: string): TransferWord;
  putTransferWord(transferId: string, word: TransferWord): void;
  cursor(name: "box" | "hub"): number;
  setCursor(name: "box" | "hub", cursor: number): void;
  queueExchange(lane: string, task: ExchangeTask): void;
  queueCrm(lane: string, task: CrmTask): void;
  /** First task of every lane that is due. */
  dueExchange(nowMs: number): QueuedTask<ExchangeTask>[];
  dueCrm(nowMs: number): QueuedTask<CrmTask>[];
  /** How many tasks wait for the hub. */
  pendingExchange(): number;
  /** The hub is back: what waits for a pause to end may go at once. */
  hurryExchange(): void;
  /** A delivery that was never sent is taken back; true when there was one. What may have been sent stays. */
  dropUnsent(transferId: string): boolean;
  /** Written down before a delivery is sent, so that nobody takes it back behind its back. */
  markSent(taskId: number): "gone" | "first" | "again";
  /** The connection was refused: it has certainly not been sent. */
  markUnsent(taskId: number): void;
  hasTask(taskId: number): boolean;
  taskDone(taskId: number): void;
  taskLater(taskId: number, atMs: number): void;
  close(): void;
}

/** How operators hear of things; a softphone that is away hears nothing and asks again when it is back. */
export interface OperatorNews {
  pop(pop: Pop): void;
  ticket(operatorLogin: string, ticket: Ticket): void;
  handOver(operatorLogin: string, ticket: Ticket, transferId: string): void;
}

export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export type BridgeParts = {
  officeId: string;
  store: TicketStore;
  connector: Connector;
  news: OperatorNews;
  log: Log;
  /** Whether tickets can be exchanged: a hub is configured. */
  hasExchange: boolean;
  /** Labels of the offices of the network by id, as far as the hub has told them. */
  officeLabels: Map<string, string>;
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  ulid(): string;
  /** Wakes whoever works on queued tasks. */
  wake(): void;
};

export function stampOf(
  parts: Pick<BridgeParts, "now" | "ulid" | "officeId">,
  actor: { role: Stamp["actor"]["role"]; operatorRef: string | null; officeId?: string },
): Stamp {
  const nowMs = parts.now();
  return {
    at: new Date(nowMs).toISOString(),
    recentAfter: recentAfter(nowMs),
    eventId: parts.ulid(),
    actor: { officeId: actor.officeId ?? parts.officeId, role: actor.role, operatorRef: actor.operatorRef },
  };
}

const recentMs = 30 * 24 * 3_600_000;

export function recentAfter(nowMs: number): string {
  return new Date(nowMs - recentMs).toISOString();
}
