/** Tickets that were born in the office's CRM: looked up for a ringing caller after the first pop, which never waits for it. */
import { createTicket, type Ticket } from "../domain/ticket.ts";
import { publicCodeOf } from "../domain/public-code.ts";
import type { CrmTicket } from "../connectors/connector.ts";
import { decidePop, type Said } from "./follow-call.ts";
import { stampOf, type BridgeParts } from "./ports.ts";

/** Asks the CRM for the caller's open tickets, adopts unknown ones, and gives a better informed pop when that changes it. */
export async function lookUpCaller(parts: BridgeParts, callId: string): Promise<Said> {
  if (parts.connector.kind === "built-in") return [];
  const phone = parts.store.call(callId)?.callerNumber ?? null;
  if (phone === null) return [];
  const found = await parts.connector.findOpenTickets(phone);
  if (!found.ok) {
    parts.log.warn({ callId, reason: found.detail }, "the CRM could not be asked for the caller's tickets");
    return [];
  }
  return parts.store.atomically(() => {
    const adopted = found.value.filter((ticket) => adopt(parts, ticket, phone));
    // The call may have gone on or ended while the CRM was asked.
    const call = parts.store.call(callId);
    if (adopted.length === 0 || call === null || call.operatorLogin === null) return [];
    const pop = decidePop(parts, call, call.operatorLogin);
    return [() => parts.news.pop(pop)];
  });
}

/** The bridge's copy of a CRM ticket; false when it has one already. */
function adopt(parts: BridgeParts, found: CrmTicket, phone: string): boolean {
  const { store } = parts;
  const known =
    (found.ticketId === null ? null : store.ticket(found.ticketId)) ?? store.ticketByLocalId(found.localTicketId);
  if (known !== null) return false;
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
      requester: { phone },
      contactId: null,
      dueAt: null,
    },
    stamp,
  );
  store.putTicket({ ...ticket, status: found.status, updatedAt: found.updatedAt });
  return true;
}
