/**
 * Peak sharing: another office takes a waiting citizen out of our line. The citizen's open ticket is shown there while the call lasts, as a transfer
 * that is offered and never accepted, so that it stays ours; it is taken back with the end of the call.
 */
import { isOpen, pendingTransfer, type Ticket } from "../domain/ticket.ts";
import { startTransfer } from "../domain/ticket-transfer.ts";
import { stampOf, type BridgeParts } from "./ports.ts";

type FollowedOffer = {
  callId: string;
  contactId: string;
  callerNumber: string | null;
  callerName: string | null;
  transferId: string;
  toOfficeId: string;
  ticketId: string | null;
  expiresAt: string;
};

export function lendTicket(parts: BridgeParts, event: FollowedOffer): (() => void)[] {
  const { store } = parts;
  const ticket = ticketOf(parts, event);
  if (ticket === null || !parts.hasExchange) return [];
  const { callId, contactId, callerNumber, callerName, transferId, toOfficeId, expiresAt } = event;
  const stamp = stampOf(parts, { role: "system", operatorRef: null });
  const lent = startTransfer(ticket, { transferId, toOfficeId, reason: "overflow", message: "" }, stamp);
  // Closed, theirs, or on its way already: the call goes without it.
  if (lent === null || lent === ticket) return [];
  const { ticketId } = ticket;
  store.putTicket(lent);
  store.putCall({
    callId,
    contactId,
    callerNumber,
    callerName,
    ticketId,
    transferId,
    operatorLogin: null,
    phase: "ringing",
  });
  store.queueExchange(ticketId, { kind: "deliver", ticketId, transferId, callId, expiresAt });
  return [() => parts.wake()];
}

/** The call is over, wherever it was answered. */
export function takeTicketBack(parts: BridgeParts, { callId }: { callId: string }): (() => void)[] {
  const { store } = parts;
  const transferId = store.call(callId)?.transferId ?? null;
  const ticket = transferId === null ? null : store.ticketOfTransfer(transferId);
  const pending = ticket === null ? null : pendingTransfer(ticket);
  const isLent =
    pending?.transferId === transferId && pending?.fromOfficeId === parts.officeId && pending.reason === "overflow";
  if (transferId === null || ticket === null || !isLent || store.call(callId)?.operatorLogin !== null) return [];
  store.queueExchange(ticket.ticketId, { kind: "withdraw", transferId, reason: "cancelled" });
  return [() => parts.wake()];
}

/** The ticket that the call carries, else the latest open one of the caller. */
function ticketOf({ store }: BridgeParts, { ticketId, callerNumber }: FollowedOffer): Ticket | null {
  if (ticketId !== null) return store.ticket(ticketId);
  const open = (callerNumber === null ? [] : store.ticketsOfPhone(callerNumber)).filter(
    (ticket) => ticket.ourRole === "owner" && isOpen(ticket) && pendingTransfer(ticket) === null,
  );
  return open.toSorted((one, other) => other.updatedAt.localeCompare(one.updatedAt))[0] ?? null;
}
