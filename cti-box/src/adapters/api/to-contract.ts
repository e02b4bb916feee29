/** From the box's own views to the shapes of `contracts`: names and times change, nothing else. */
import type {
  CallView,
  CallSummaryView,
  ParkedCallView,
  PublicCallEvent,
  TransferOrigin,
  TransferProgress,
} from "../../domain/call/call-view.ts";
import type { CallbackView, JournalHealth } from "../../application/use-cases.ts";
import type { Recall } from "../../domain/operator/recalls.ts";
import type { TransferTarget } from "../../domain/transfer/transfer.ts";
import { forwardTarget } from "./handling-to-contract.ts";
import type {
  CallCard,
  CallEvent,
  CallSummary,
  ParkedCalls,
  PendingCallbacks,
  Recalls,
  Status,
  TransferOrigin as OriginContract,
  TransferProgress as ProgressContract,
  TransferTarget as TargetContract,
} from "../../../contracts/index.ts";

export const time = (ms: number): string => new Date(ms).toISOString();
export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : time(ms));

export function parkedToContract({ parkedAtMs, ...rest }: ParkedCallView): ParkedCalls["items"][number] {
  return { ...rest, parkedAt: time(parkedAtMs) };
}

export function recallToContract({ colleague, untilMs, stage }: Recall): Recalls["items"][number] {
  return { login: colleague, until: time(untilMs), stage };
}

export function callbackToContract({ sinceMs, notBeforeMs, ...rest }: CallbackView): PendingCallbacks["items"][number] {
  return { ...rest, since: time(sinceMs), notBefore: time(notBeforeMs) };
}

export function journalToContract(health: JournalHealth): Status["journal"] {
  if (health.ok) return health;
  const { sinceMs, ...same } = health;
  return { ...same, since: time(sinceMs) };
}

export function target(from: TransferTarget): TargetContract {
  return from.kind === "operator" ? { kind: "operator", operatorLogin: from.operatorId } : from;
}

export function origin(from: TransferOrigin | null): OriginContract | null {
  if (from === null) return null;
  const { operatorId, ...rest } = from;
  const { isConsultation = false, isOverflow = false, visitsBefore = 0, isOfficeCall = false } = rest;
  return { ...rest, operatorLogin: operatorId, isConsultation, isOverflow, visitsBefore, isOfficeCall };
}

function summary(call: CallSummaryView): CallSummary {
  const { operatorId, transferredFrom, startedAtMs, answeredAtMs, ...rest } = call;
  return {
    ...rest,
    operatorLogin: operatorId,
    transferredFrom: origin(transferredFrom),
    startedAt: time(startedAtMs),
    answeredAt: timeOrNull(answeredAtMs),
  };
}

export function eventToContract(event: PublicCallEvent): CallEvent {
  const envelope = { cursor: event.cursor, at: time(event.atMs), call: summary(event.call) };
  switch (event.type) {
    case "call-offered":
    case "call-queued":
      return { type: event.type, ...envelope };
    case "call-parked":
    case "call-ringing":
    case "call-answered":
      return { type: event.type, ...envelope, operatorLogin: event.operatorId };
    case "call-ring-ended":
      return { type: event.type, ...envelope, operatorLogin: event.operatorId, outcome: event.outcome };
    case "call-forwarded":
      return {
        type: event.type,
        ...envelope,
        operatorLogin: event.from,
        cause: event.cause,
        to: forwardTarget(event.to),
      };
    case "call-held":
    case "call-resumed":
      return { type: event.type, ...envelope, heldBy: event.heldBy };
    case "call-returned":
      return { type: event.type, ...envelope, operatorLogin: event.operatorId, cause: event.cause };
    case "ticket-attached":
      return { type: event.type, ...envelope, ticket: event.ticket };
    case "call-handed-over":
      return { type: event.type, ...envelope, operatorLogin: event.operatorId };
    case "call-rated":
      return { type: event.type, ...envelope, rating: event.rating };
    case "call-ended":
      return { type: event.type, ...envelope, endCause: event.endCause };
    case "call-transfer-requested":
    case "call-transfer-ringing":
    case "call-consulting":
    case "call-transferred":
    case "call-transfer-failed":
      return transferEvent(event, envelope);
    case "call-overflow-offered":
    case "call-overflowed":
    case "call-overflow-failed":
      return overflowEvent(event, envelope);
  }
}

type OverflowEvent = Extract<PublicCallEvent, { toOfficeId: unknown }>;

function overflowEvent(event: OverflowEvent, envelope: Pick<CallEvent, "cursor" | "at" | "call">): CallEvent {
  const overflow = { transferId: event.transferId, toOfficeId: event.toOfficeId };
  switch (event.type) {
    case "call-overflow-offered": {
      const { ticketId, expiresAtMs } = event;
      return { type: event.type, ...envelope, ...overflow, ticketId, expiresAt: time(expiresAtMs) };
    }
    case "call-overflowed":
      return { type: event.type, ...envelope, ...overflow, tariff: event.tariff };
    case "call-overflow-failed":
      return { type: event.type, ...envelope, ...overflow, cause: event.cause, sipStatus: event.sipStatus };
  }
}

type TransferEvent = Extract<PublicCallEvent, { requestedBy: unknown }>;

function transferEvent(event: TransferEvent, envelope: Pick<CallEvent, "cursor" | "at" | "call">): CallEvent {
  const { transferId, mode, requestedBy } = event;
  const transfer = { transferId, target: target(event.target), ...(mode !== undefined && { mode }), requestedBy };
  switch (event.type) {
    case "call-transfer-requested": {
      const { ticketId, reason, message, expiresAtMs } = event;
      return { type: event.type, ...envelope, ...transfer, ticketId, reason, message, expiresAt: time(expiresAtMs) };
    }
    case "call-transfer-ringing":
      return { type: event.type, ...envelope, ...transfer };
    case "call-consulting":
      return { type: event.type, ...envelope, ...transfer, talkingTo: event.talkingTo };
    case "call-transferred":
      return { type: event.type, ...envelope, ...transfer, tariff: event.tariff };
    case "call-transfer-failed":
      return { type: event.type, ...envelope, ...transfer, cause: event.cause, sipStatus: event.sipStatus };
  }
}

function called(from: CallView["called"]): CallCard["called"] {
  if (from?.kind !== "operator") return from;
  const { operatorId, ...rest } = from;
  return { ...rest, operatorLogin: operatorId };
}

function progress(from: TransferProgress): ProgressContract {
  return { ...from, target: target(from.target) };
}

export function cardToContract(view: CallView): CallCard {
  const { myState } = view;
  return {
    call: summary(view.call),
    myState: myState.kind === "transferring" ? { kind: "transferring", progress: progress(myState.progress) } : myState,
    lastTransfer: view.lastTransfer === null ? null : progress(view.lastTransfer),
    waitedSeconds: Math.floor(view.waitedSeconds),
    called: called(view.called),
    onTheLine: view.onTheLine,
  };
}
