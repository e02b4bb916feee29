/**
 * What each event of a call means for tickets. Called once per event inside one store transaction together with the cursor: a crash repeats the whole
 * event or none of it. Returns what operators have to be told afterwards.
 */
import { choosePop } from "../domain/choose-pop.ts";
import { pendingTransfer, written, type Ticket } from "../domain/ticket.ts";
import { startTransfer } from "../domain/ticket-transfer.ts";
import { lendTicket, takeTicketBack } from "./lend-ticket.ts";
import { recentAfter, stampOf, type BridgeParts, type CallNote, type Pop } from "./ports.ts";
import { transferFailed } from "./take-back-ticket.ts";

/** The bridge's own view of a call event; `adapters/box` makes it from the contract. */
export type FollowedEvent = {
  cursor: number;
  callId: string;
  contactId: string;
  callerNumber: string | null;
  callerName: string | null;
  /** The operator whom the call's summary names. */
  operatorLogin: string | null;
  ticket: { ticketId: string; transferId: string | null } | null;
  /** The ticket stays with the other office: it asks for advice with this call, or its line was too long. */
  isTicketTheirs: boolean;
} & (
  | { type: "call-ringing" | "call-answered" | "call-returned"; by: string }
  | { type: "call-handed-over"; by: string | null }
  | { type: "call-ring-ended"; by: string; outcome: string }
  | { type: "ticket-attached" }
  | {
      type: "call-transfer-requested";
      by: string;
      transferId: string;
      toOfficeId: string | null;
      ticketId: string | null;
      reason: string;
      message: string;
      expiresAt: string;
    }
  | {
      type: "call-overflow-offered";
      transferId: string;
      toOfficeId: string;
      ticketId: string | null;
      expiresAt: string;
    }
  | { type: "call-transfer-failed"; transferId: string; cause: string }
  | { type: "call-transferred"; transferId: string }
  | { type: "call-rated"; rating: 1 | 2 | 3 }
  | { type: "call-ended" }
);

/** Things to say once the transaction is through. */
export type Said = (() => void)[];

export function followCall(parts: BridgeParts, event: FollowedEvent): Said {
  switch (event.type) {
    case "call-ringing":
      return [popFor(parts, event, "ringing")];
    case "call-answered":
      return answered(parts, event, event.by);
    case "call-handed-over":
      takeTicket(parts, event, event.by ?? parts.store.call(event.callId)?.operatorLogin ?? null);
      return [];
    case "call-returned":
      return [popFor(parts, event, "answered")];
    case "call-ring-ended":
      return ringEnded(parts, event);
    case "ticket-attached":
      return attached(parts, event);
    case "call-transfer-requested":
      return transferRequested(parts, event);
    case "call-overflow-offered":
      return lendTicket(parts, event);
    case "call-transfer-failed":
      return transferFailed(parts, event);
    case "call-transferred":
      // The ticket is on its way already; its acceptance by the other office makes it theirs.
      return [];
    case "call-rated":
      return rated(parts, event);
    case "call-ended": {
      const said = takeTicketBack(parts, event);
      parts.store.removeCall(event.callId);
      parts.store.removePop(event.callId);
      return said;
    }
  }
}

function noteOf(event: FollowedEvent, rest: Pick<CallNote, "operatorLogin" | "phase">): CallNote {
  const { callId, contactId, callerNumber, callerName, ticket } = event;
  return {
    callId,
    contactId,
    callerNumber,
    callerName,
    ticketId: ticket?.ticketId ?? null,
    transferId: ticket?.transferId ?? null,
    ...rest,
  };
}

/** Decides the pop for one operator and remembers it; the newest revision is what a reloaded page gets. */
function popFor(
  parts: BridgeParts,
  event: Extract<FollowedEvent, { type: "call-ringing" | "call-answered" | "call-returned" }>,
  phase: CallNote["phase"],
): () => void {
  const operatorLogin = event.by;
  const note = noteOf(event, { operatorLogin, phase });
  parts.store.putCall(note);
  const pop = decidePop(parts, note, operatorLogin);
  return () => parts.news.pop(pop);
}

export function decidePop(parts: BridgeParts, note: CallNote, operatorLogin: string): Pop {
  const { store } = parts;
  const pointer = note.ticketId === null ? null : { ticketId: note.ticketId, transferId: note.transferId };
  const { content, others } = choosePop({
    caller: { number: note.callerNumber, displayName: note.callerName },
    pointer,
    pointed: pointer === null ? null : store.ticket(pointer.ticketId),
    ofCaller: note.callerNumber === null ? [] : store.ticketsOfPhone(note.callerNumber),
    recentAfter: recentAfter(parts.now()),
  });
  const revision = store.nextPopRevision(note.callId);
  const pop: Pop = { callId: note.callId, contactId: note.contactId, operatorLogin, revision, content, others };
  store.putPop(pop);
  return pop;
}

function answered(parts: BridgeParts, event: FollowedEvent, operatorLogin: string): Said {
  const { store } = parts;
  const note = noteOf(event, { operatorLogin, phase: "answered" });
  store.putCall(note);
  const said: Said = [];
  // The page may have been opened for another operator who did not answer: the pop follows the one who does.
  if (store.pop(event.callId)?.operatorLogin !== operatorLogin) {
    const pop = decidePop(parts, note, operatorLogin);
    said.push(() => parts.news.pop(pop));
  }
  const ticket = event.ticket === null ? null : store.ticket(event.ticket.ticketId);
  if (ticket !== null) said.push(...linked(parts, ticket, { contactId: event.contactId, operatorLogin }));
  if (!event.isTicketTheirs) takeTicket(parts, event, operatorLogin);
  return said;
}

/** The citizen is with us, and the ticket becomes ours. */
function takeTicket(parts: BridgeParts, event: FollowedEvent, operatorLogin: string | null): void {
  const { store } = parts;
  const transferId = event.ticket?.transferId ?? null;
  if (transferId === null) return;
  // The ticket may come after the call, even after its end, when hub or bridge were away: then it is taken up by this word.
  store.putTransferWord(transferId, { ...store.transferWord(transferId), answeredBy: operatorLogin });
  acceptIfOffered(parts, transferId, operatorLogin);
}

/** The receiving office takes the ticket with the call: the hub is asked, and its answer changes the owner. */
export function acceptIfOffered(parts: BridgeParts, transferId: string, operatorLogin: string | null): void {
  const ticket = parts.store.ticketOfTransfer(transferId);
  const transfer = ticket?.transfers.find((each) => each.transferId === transferId);
  if (
    ticket === null ||
    ticket === undefined ||
    transfer?.toOfficeId !== parts.officeId ||
    pendingTransfer(ticket)?.transferId !== transferId
  )
    return;
  parts.store.queueExchange(ticket.ticketId, {
    kind: "accept",
    transferId,
    targetLocalTicketId: ticket.localTicketId,
    operatorRef: operatorLogin,
  });
}

function ringEnded(parts: BridgeParts, event: Extract<FollowedEvent, { type: "call-ring-ended" }>): Said {
  if (event.outcome === "answered") return [];
  const { store } = parts;
  // The next operator's ring makes a pop of its own; the one who did not take the call keeps nothing on screen and hears no more of it.
  if (store.pop(event.callId)?.operatorLogin === event.by) store.removePop(event.callId);
  if (store.call(event.callId)?.operatorLogin === event.by) {
    const talking = event.operatorLogin === event.by ? null : event.operatorLogin;
    store.putCall(noteOf(event, { operatorLogin: talking, phase: talking === null ? "ringing" : "answered" }));
  }
  return [];
}

function attached(parts: BridgeParts, event: FollowedEvent): Said {
  const known = parts.store.call(event.callId);
  const note = noteOf(event, {
    operatorLogin: known?.operatorLogin ?? event.operatorLogin,
    phase: known?.phase ?? "answered",
  });
  parts.store.putCall(note);
  const ticket = note.ticketId === null ? null : parts.store.ticket(note.ticketId);
  return ticket === null ? [] : linked(parts, ticket, note);
}

function linked(parts: BridgeParts, ticket: Ticket, by: Pick<CallNote, "contactId" | "operatorLogin">): Said {
  const { contactId, operatorLogin } = by;
  if (ticket.contactId === contactId) return [];
  const stamp = stampOf(parts, { role: "system", operatorRef: operatorLogin });
  const next = written({ ...ticket, contactId }, stamp, {
    type: "call_linked",
    text: null,
    visibility: "internal",
  });
  parts.store.putTicket(next);
  return operatorLogin === null ? [] : [() => parts.news.ticket(operatorLogin, next)];
}

/** The citizen's word on the service, beside the call's ticket: which call it was, not which operator. Once per call, as the event comes once. */
function rated(parts: BridgeParts, event: Extract<FollowedEvent, { type: "call-rated" }>): Said {
  const { store } = parts;
  const ticketId = event.ticket?.ticketId ?? store.call(event.callId)?.ticketId ?? null;
  const ticket = ticketId === null ? null : store.ticket(ticketId);
  if (ticket === null) return [];
  const stamp = stampOf(parts, { role: "citizen", operatorRef: null });
  const line = { type: "rated", text: String(event.rating), visibility: "internal" } as const;
  const next = written(ticket, stamp, line);
  store.putTicket(next);
  const login = ticket.assignee;
  return login === null ? [] : [() => parts.news.ticket(login, next)];
}

function transferRequested(
  parts: BridgeParts,
  event: Extract<FollowedEvent, { type: "call-transfer-requested" }>,
): Said {
  const { store } = parts;
  const ticket = event.ticketId === null ? null : store.ticket(event.ticketId);
  const { transferId, toOfficeId, reason, message } = event;
  // A transfer inside the office, or of a call without a ticket, has nothing to exchange.
  if (ticket === null || toOfficeId === null || !parts.hasExchange) return [];
  const stamp = stampOf(parts, { role: "fo", operatorRef: event.by });
  const started = startTransfer(ticket, { transferId, toOfficeId, reason, message }, stamp);
  if (started === null) {
    parts.log.warn(
      { ticketId: ticket.ticketId, transferId },
      "ticket cannot travel with this call: not ours, closed, or on its way already",
    );
    return [() => parts.news.handOver(event.by, ticket, transferId)];
  }
  if (started === ticket) return [];
  store.putTicket(started);
  store.queueExchange(ticket.ticketId, {
    kind: "deliver",
    ticketId: ticket.ticketId,
    transferId,
    callId: event.callId,
    expiresAt: event.expiresAt,
  });
  return [() => parts.news.handOver(event.by, started, transferId), () => parts.wake()];
}
