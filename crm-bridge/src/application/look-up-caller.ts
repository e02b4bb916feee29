/** Tickets that were born in the office's CRM: looked up for a ringing caller after the first pop, which never waits for it. */
import { createTicket, isOpen, written, type Ticket } from "../domain/ticket.ts";
import { publicCodeOf } from "../domain/public-code.ts";
import type { CrmTicket } from "../connectors/connector.ts";
import { decidePop, type Said } from "./follow-call.ts";
import { stampOf, type BridgeParts } from "./ports.ts";

/**
 * Asks the CRM for the caller's open tickets, adopts unknown ones, takes note of those that people closed in the CRM, and gives a better informed pop
 * when that changes it.
 */
export async function lookUpCaller(parts: BridgeParts, callId: string): Promise<Said> {
  if (parts.connector.kind === "built-in") return [];
  const phone = parts.store.call(callId)?.callerNumber ?? null;
  if (phone === null) return [];
  const asked = { phone, at: new Date(parts.now()).toISOString() };
  const found = await parts.connector.findOpenTickets(phone);
  if (!found.ok) {
    parts.log.warn({ callId, reason: found.detail }, "the CRM could not be asked for the caller's tickets");
    return [];
  }
  const listed = new Set(found.value.map(({ localTicketId }) => localTicketId));
  const doubtful = ownOpenTickets(parts, phone).filter((ticket) => !listed.has(ticket.localTicketId));
  const open = await stillOpen(parts, doubtful);
  return parts.store.atomically(() => {
    const closed = ownOpenTickets(parts, phone).filter(
      (ticket) => open !== null && closedThere(ticket, doubtful, open),
    );
    for (const ticket of closed) parts.store.putTicket(closedInCrm(parts, ticket));
    const adopted = found.value.filter((ticket) => adopt(parts, ticket, asked));
    // The call may have gone on or ended while the CRM was asked.
    const call = parts.store.call(callId);
    if (adopted.length + closed.length === 0 || call === null || call.operatorLogin === null) return [];
    const pop = decidePop(parts, call, call.operatorLogin);
    return [() => parts.news.pop(pop)];
  });
}

/**
 * Open tickets of the caller of which the CRM has the last word: ours, known to no other office, and nothing of what was done to them here is still to be
 * written there.
 */
function ownOpenTickets(parts: BridgeParts, phone: string): Ticket[] {
  return parts.store.ticketsOfPhone(phone).filter((ticket) => isOpen(ticket) && isCrmsOwn(parts, ticket));
}

function isCrmsOwn({ store }: BridgeParts, ticket: Ticket): boolean {
  const isWaiting = store.dueCrm(Number.MAX_SAFE_INTEGER).some(({ lane }) => lane === ticket.localTicketId);
  return ticket.ourRole === "owner" && ticket.transfers.length === 0 && !isWaiting;
}

/** People reopened it in the CRM. What was done here after the question was asked is newer than the answer. */
function reopen(parts: BridgeParts, known: Ticket, found: CrmTicket): boolean {
  if (isOpen(known) || !isCrmsOwn(parts, known)) return false;
  const stamp = stampOf(parts, { role: "system", operatorRef: null });
  const reopened: Ticket = { ...known, status: found.status, outcome: null, closedAt: null };
  parts.store.putTicket(written(reopened, stamp, { type: "reopened", text: null }));
  return true;
}

/** Null when the CRM could not be asked: then what is known stays. */
async function stillOpen(parts: BridgeParts, tickets: readonly Ticket[]): Promise<ReadonlySet<string> | null> {
  if (tickets.length === 0) return null;
  const answer = await parts.connector.stillOpen(tickets.map(({ localTicketId }) => localTicketId));
  return answer.ok ? answer.value : null;
}

/** Only what was asked about, and has not changed since. */
function closedThere(ticket: Ticket, asked: readonly Ticket[], open: ReadonlySet<string>): boolean {
  const before = asked.find(({ ticketId }) => ticketId === ticket.ticketId);
  return before?.version === ticket.version && !open.has(ticket.localTicketId);
}

function closedInCrm(parts: BridgeParts, ticket: Ticket): Ticket {
  const stamp = stampOf(parts, { role: "system", operatorRef: null });
  const closed: Ticket = { ...ticket, status: "closed_bo", outcome: "answered", closedAt: stamp.at };
  return written(closed, stamp, { type: "closed", text: null });
}

/** The bridge's copy of a CRM ticket, or its reopening; false when there was nothing to learn. */
function adopt(parts: BridgeParts, found: CrmTicket, asked: { phone: string; at: string }): boolean {
  const { store } = parts;
  const known =
    (found.ticketId === null ? null : store.ticket(found.ticketId)) ?? store.ticketByLocalId(found.localTicketId);
  if (known !== null) return known.updatedAt < asked.at && reopen(parts, known, found);
  const ticketId = found.ticketId ?? parts.ulid();
  const stamp = stampOf(parts, { role: "system", operatorRef: null });
  const ticket: Ticket = createTicket(
    {
      ticketId,
      localTicketId: found.localTicketId,
      publicCode: publicCodeOf(ticketId),
      url: found.url,
      accessChannel: "phone",
      contactReason: "practice_status",
      topic: { category: "cittadini_vita_pubblica" },
      subject: found.subject.slice(0, 120).padEnd(3, "."),
      description: "",
      priority: "normal",
      requester: { phone: asked.phone },
      contactId: null,
      dueAt: null,
    },
    stamp,
  );
  store.putTicket({ ...ticket, status: found.status, updatedAt: found.updatedAt });
  return true;
}
