/** What operators do to tickets. Every command carries an id made by the softphone, so a repeated one changes nothing. */
import { isShared } from "../domain/ticket-transfer.ts";
import { updateTicket, createTicket, type Ticket, type TicketUpdate, type UpdateRefusal } from "../domain/ticket.ts";
import { publicCodeOf, readPublicCode } from "../domain/public-code.ts";
import { stampOf, type BridgeParts } from "./ports.ts";

export type TicketOrder = Pick<
  Ticket,
  | "ticketId"
  | "accessChannel"
  | "contactReason"
  | "topic"
  | "subject"
  | "description"
  | "priority"
  | "requester"
  | "contactId"
>;
/** Roles are those held, the widest first; history shows that one. */
export type Operator = { login: string; roles: readonly [OfficeRole, ...OfficeRole[]] };
export type OfficeRole = "supervisor" | "fo" | "bo";
export type WorkResult =
  | { ok: true; ticket: Ticket }
  | { ok: false; reason: UpdateRefusal | "not-found" | "crm-unavailable" };

const answerWithinMs = 48 * 3_600_000;

/** Creates the ticket, in the office's CRM first: a ticket without a number there would be lost to the people who work there. */
export async function createTicketHere(
  parts: BridgeParts,
  order: TicketOrder,
  operator: Operator,
): Promise<WorkResult> {
  const known = parts.store.ticket(order.ticketId);
  if (known !== null) return { ok: true, ticket: known };
  const { requester } = order;
  const created = await parts.connector.createTicket({
    ticketId: order.ticketId,
    subject: order.subject,
    description: order.description,
    phone: requester?.phone ?? null,
    requesterName: [requester?.givenName, requester?.familyName].filter(Boolean).join(" ") || null,
    email: requester?.email ?? null,
    category: order.topic.category,
    receivedFrom: null,
  });
  if (!created.ok) {
    parts.log.warn({ ticketId: order.ticketId, reason: created.detail }, "the CRM did not take the ticket");
    return { ok: false, reason: "crm-unavailable" };
  }
  // The CRM took its time: the same command may have come again meanwhile.
  const meanwhile = parts.store.ticket(order.ticketId);
  if (meanwhile !== null) return { ok: true, ticket: meanwhile };
  const stamp = stampOf(parts, { role: operator.roles[0], operatorRef: operator.login });
  const dueAt = new Date(parts.now() + answerWithinMs).toISOString();
  const ticket = createTicket({ ...order, ...created.value, publicCode: publicCodeOf(order.ticketId), dueAt }, stamp);
  parts.store.atomically(() => parts.store.putTicket(ticket));
  parts.news.ticket(operator.login, ticket);
  return { ok: true, ticket };
}

export function updateTicketHere(
  parts: BridgeParts,
  order: { ticketId: string; updateId: string; update: TicketUpdate },
  operator: Operator,
): WorkResult {
  const { store } = parts;
  const result = store.atomically((): WorkResult => {
    const ticket = store.ticket(order.ticketId);
    if (ticket === null) return { ok: false, reason: "not-found" };
    if (store.hasUpdate(order.updateId)) return { ok: true, ticket };
    const stamp = stampOf(parts, { role: operator.roles[0], operatorRef: operator.login });
    const updated = updateTicket(ticket, order.update, { ...stamp, roles: operator.roles });
    // What was refused may be asked again under the same id.
    if (!updated.ok) return updated;
    store.rememberUpdate(order.updateId);
    store.putTicket(updated.ticket);
    shareUpdate(parts, updated.ticket, order);
    mirrorUpdate(parts, updated.ticket, order.update);
    return updated;
  });
  if (result.ok) parts.news.ticket(operator.login, result.ticket);
  parts.wake();
  return result;
}

/** Other offices that follow the ticket hear of shared notes and of its end. */
function shareUpdate(parts: BridgeParts, ticket: Ticket, order: { updateId: string; update: TicketUpdate }): void {
  if (!isShared(ticket) || !parts.hasExchange) return;
  const { update, updateId } = order;
  const { ticketId } = ticket;
  if (update.operation === "add_note" && update.visibility === "shared") {
    parts.store.queueExchange(ticketId, { kind: "note", ticketId, updateId, text: update.text });
  } else if (update.operation === "take" || update.operation === "release") {
    parts.store.queueExchange(ticketId, { kind: "status", ticketId, updateId, operation: update.operation });
  } else if (update.operation === "reopen") {
    parts.store.queueExchange(ticketId, { kind: "reopen", ticketId, updateId, reason: update.reason });
  } else if (update.operation === "close") {
    const status = ticket.status === "closed_fo" ? "closed_fo" : "closed_bo";
    parts.store.queueExchange(ticketId, {
      kind: "close",
      ticketId,
      updateId,
      status,
      outcome: update.outcome,
      answer: update.answer,
    });
  }
}

/** The office's own CRM shows the same. */
function mirrorUpdate(parts: BridgeParts, ticket: Ticket, update: TicketUpdate): void {
  const { localTicketId } = ticket;
  const comment = (text: string): void => parts.store.queueCrm(localTicketId, { kind: "comment", localTicketId, text });
  if (update.operation === "add_note") comment(update.text);
  if (update.operation === "close") comment(update.answer);
  if (
    update.operation === "close" ||
    update.operation === "take" ||
    update.operation === "release" ||
    update.operation === "reopen"
  ) {
    parts.store.queueCrm(localTicketId, { kind: "crm-status", localTicketId, status: ticket.status });
  }
}

export type TicketSearch = {
  phone?: string | undefined;
  publicCode?: string | undefined;
  text?: string | undefined;
  openOnly: boolean;
  limit: number;
};

export function searchTickets(parts: BridgeParts, search: TicketSearch): Ticket[] {
  const { store } = parts;
  const code = search.publicCode === undefined ? null : readPublicCode(search.publicCode);
  const byCode = code === null ? null : store.ticketByPublicCode(code);
  const found = [
    ...(search.phone === undefined ? [] : store.ticketsOfPhone(search.phone)),
    ...(byCode === null ? [] : [byCode]),
    ...(search.text === undefined || search.text.trim() === "" ? [] : store.searchText(search.text, search.limit * 2)),
  ];
  const unique = [...new Map(found.map((ticket) => [ticket.ticketId, ticket])).values()];
  return unique.filter((ticket) => !search.openOnly || ticket.closedAt === null).slice(0, search.limit);
}
