/** Between the office's tickets and the objects of the TUPA contract. Internal lines and the office's own links never leave. */
import type { HubNews, ReceivedTicket } from "../../application/exchange-tickets.ts";
import { notesBeforeSharing } from "../../domain/ticket-transfer.ts";
import type { Requester, Ticket, TicketLine } from "../../domain/ticket.ts";
import type { Delivery, FeedItem, TicketRegistration, TupaEvent } from "../../tupa/contract/objects.ts";

const taxonomyVersion = "linea-amica-24";
const noticeVersion = "1";

export function registrationOf(ticket: Ticket): TicketRegistration {
  const { requester, contactId } = ticket;
  return {
    contractVersion: "1.0",
    ticketId: ticket.ticketId,
    publicCode: ticket.publicCode,
    origin: {
      officeId: ticket.originOfficeId,
      localTicketId: ticket.originLocalTicketId ?? ticket.localTicketId,
      createdAt: ticket.createdAt,
    },
    status: ticket.status,
    accessChannel: ticket.accessChannel,
    contactReason: ticket.contactReason,
    topic: {
      category: ticket.topic.category,
      ...(ticket.topic.area !== undefined && { area: ticket.topic.area }),
      taxonomyVersion,
    },
    subject: ticket.subject,
    description: descriptionWithNotes(ticket),
    language: "it",
    priority: ticket.priority,
    requester,
    consent: requester === null ? null : { noticeVersion, noticeGivenAt: ticket.createdAt, transferAgreed: true },
    call: contactId === null ? null : { callId: ticket.ticketId, contactId },
  };
}

/** What the first office wrote for others to read goes along, so that the citizen tells the story only once. */
function descriptionWithNotes(ticket: Ticket): string {
  return [ticket.description, ...notesBeforeSharing(ticket)]
    .filter((text) => text !== "")
    .join("\n\n")
    .slice(0, 8_000);
}

/** A delivered ticket as this office will keep it; number and page are its own. */
export function receivedTicket(
  delivery: Delivery,
  here: { localTicketId: string; url: string | null; dueAt: string },
): ReceivedTicket {
  const { ticket, transfer, events } = delivery;
  const { category, area } = ticket.topic;
  return {
    transferId: transfer.transferId,
    fromOfficeId: transfer.fromOfficeId,
    ticket: {
      ticketId: ticket.ticketId,
      localTicketId: here.localTicketId,
      publicCode: ticket.publicCode,
      url: here.url,
      originOfficeId: ticket.origin.officeId,
      originLocalTicketId: ticket.origin.localTicketId,
      ownerOfficeId: ticket.owner.officeId,
      ourRole: "offered",
      watchers: ticket.watchers,
      status: ticket.status,
      outcome: ticket.outcome,
      accessChannel: ticket.accessChannel,
      contactReason: ticket.contactReason,
      topic: area === undefined ? { category } : { category, area },
      subject: ticket.subject,
      description: ticket.description,
      priority: ticket.priority,
      requester: ticket.requester as Requester | null,
      contactId: ticket.call?.contactId ?? null,
      assignee: null,
      transfers: [
        {
          transferId: transfer.transferId,
          fromOfficeId: transfer.fromOfficeId,
          toOfficeId: transfer.toOfficeId,
          status: "delivered",
          reason: transfer.reason,
          message: transfer.message,
          refusalReason: null,
          targetLocalTicketId: here.localTicketId,
        },
      ],
      events: events.map(lineOf),
      createdAt: ticket.createdAt,
      updatedAt: ticket.updatedAt,
      closedAt: ticket.closedAt,
      dueAt: here.dueAt,
      version: 0,
    },
  };
}

/** A line of the shared history; whoever wrote it in the other office stays a pseudonym. */
function lineOf(event: TupaEvent, index: number): TicketLine {
  const { eventId, at, type, actor } = event;
  return { eventId, seq: index + 1, at, type, actor, visibility: "shared", text: textOf(event) };
}

function textOf({ data }: TupaEvent): string | null {
  const text = data["text"] ?? data["answer"] ?? data["message"] ?? null;
  return typeof text === "string" && text !== "" ? text : null;
}

export function newsOf(item: FeedItem): HubNews {
  const { event, ticket, transfer } = item;
  return {
    cursor: item.cursor,
    eventId: event.eventId,
    ticketId: event.ticketId,
    type: event.type,
    officeId: event.actor.officeId,
    text: textOf(event),
    status: ticket.status,
    outcome: ticket.outcome,
    closedAt: ticket.closedAt,
    transfer: transfer === null ? null : { ...pickTransfer(transfer), takeNow: ticket.status === "in_progress" },
  };
}

function pickTransfer(
  transfer: NonNullable<FeedItem["transfer"]>,
): Pick<NonNullable<FeedItem["transfer"]>, "transferId" | "status" | "targetLocalTicketId" | "refusalReason"> {
  const { transferId, status, targetLocalTicketId, refusalReason } = transfer;
  return { transferId, status, targetLocalTicketId, refusalReason };
}
