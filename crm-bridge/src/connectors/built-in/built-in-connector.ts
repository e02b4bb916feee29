/** The office without a CRM: the bridge's own store is the ticket system, so there is nothing to look up elsewhere, only numbers to give. */
import type { Connector } from "../connector.ts";

/** `nextNumber` gives the office's next ticket number, e.g. `2026-000123`; it never gives one twice. */
export function createBuiltInConnector(nextNumber: (ticketId: string) => string): Connector {
  return {
    kind: "built-in",
    findOpenTickets: () => Promise.resolve({ ok: true, value: [] }),
    stillOpen: (localTicketIds) => Promise.resolve({ ok: true, value: new Set(localTicketIds) }),
    createTicket: ({ ticketId }) =>
      Promise.resolve({ ok: true, value: { localTicketId: nextNumber(ticketId), url: null } }),
    addComment: () => Promise.resolve({ ok: true, value: null }),
    setStatus: () => Promise.resolve({ ok: true, value: null }),
    urlOf: () => null,
  };
}
