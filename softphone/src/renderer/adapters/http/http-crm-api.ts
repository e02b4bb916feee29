/** The ticket service's HTTP API, under its base path on the same origin. */
import { createTicketSchema, ticketListSchema, ticketSchema, updateTicketSchema } from "@la2-cti/crm-bridge/contracts";
import { request } from "./request.ts";
import type { z } from "zod";
import type { CrmApi, NewTicket } from "../../application/ports.ts";

export const httpCrmApi: CrmApi = {
  createTicket: (at, ticket) =>
    request({
      method: "POST",
      path: `${at.basePath}/api/tickets`,
      token: at.token,
      body: toContract(ticket),
      schema: ticketSchema,
    }),
  readTicket: (at, ticketId) =>
    request({ method: "GET", path: `${at.basePath}/api/tickets/${ticketId}`, token: at.token, schema: ticketSchema }),
  updateTicket: (at, ticketId, update) =>
    request({
      method: "POST",
      path: `${at.basePath}/api/tickets/${ticketId}/updates`,
      token: at.token,
      body: update satisfies z.input<typeof updateTicketSchema>,
      schema: ticketSchema,
    }),
  async searchTickets(at, search) {
    const answer = await request({
      method: "POST",
      path: `${at.basePath}/api/ticket-searches`,
      token: at.token,
      body: { ...search, openOnly: false },
      schema: ticketListSchema,
    });
    return answer.ok ? { ok: true, value: answer.value.items } : answer;
  },
};

function toContract(ticket: NewTicket): z.input<typeof createTicketSchema> {
  const requester = {
    ...(ticket.givenName === "" ? {} : { givenName: ticket.givenName }),
    ...(ticket.familyName === "" ? {} : { familyName: ticket.familyName }),
    ...(ticket.phone === null ? {} : { phone: ticket.phone }),
  };
  return {
    ticketId: ticket.ticketId,
    subject: ticket.subject,
    description: ticket.description,
    contactReason: ticket.contactReason,
    topic: { category: ticket.category },
    priority: ticket.priority,
    requester: Object.keys(requester).length === 0 ? null : requester,
    callId: ticket.callId,
    contactId: ticket.contactId,
  };
}
