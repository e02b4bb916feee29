/** From the bridge's tickets and pops to the shapes of `contracts`. What is stored was checked when it came in, so this only picks and renames. */
import type { HandOver, ScreenPop, Ticket as TicketContract, TicketBrief } from "../../../contracts/index.ts";
import type { Pop } from "../../application/ports.ts";
import type { Ticket } from "../../domain/ticket.ts";

export function ticketToContract(ticket: Ticket): TicketContract {
  const transfers = ticket.transfers.map((transfer) => {
    const { transferId, fromOfficeId, toOfficeId, status, reason, message, refusalReason, targetLocalTicketId } =
      transfer;
    return { transferId, fromOfficeId, toOfficeId, status, reason, message, refusalReason, targetLocalTicketId };
  });
  return { ...(ticket as TicketContract), transfers };
}

export function briefOf(ticket: Ticket): TicketBrief {
  const { ticketId, localTicketId, publicCode, url, ownerOfficeId, ourRole, status, subject, topic, updatedAt } =
    ticketToContract(ticket);
  return { ticketId, localTicketId, publicCode, url, ownerOfficeId, ourRole, status, subject, topic, updatedAt };
}

export function popToContract(pop: Pop): ScreenPop {
  const { callId, contactId, revision, content, others } = pop;
  return {
    callId,
    contactId,
    revision,
    content: content.kind === "ticket" ? { ...content, ticket: ticketToContract(content.ticket) } : content,
    others: others.map(briefOf),
  };
}

export function handOverToContract(ticket: Ticket, transferId: string): HandOver {
  const transfer = ticket.transfers.find((each) => each.transferId === transferId);
  return {
    transferId,
    ticketId: ticket.ticketId,
    // Not among the ticket's transfers: it could not even start (not ours, closed, on its way already).
    status: transfer?.status ?? "failed",
    targetLocalTicketId: transfer?.targetLocalTicketId ?? null,
    detail: transfer === undefined ? "ticket-not-transferable" : transfer.refusalReason,
  };
}
