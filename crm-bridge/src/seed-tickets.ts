/** Example tickets of the configuration, for trying things out. */
import type { BridgeParts } from "./application/ports.ts";
import { createTicketHere } from "./application/work-on-ticket.ts";
import type { BridgeConfig } from "./config.ts";

/** Puts them in once; a restart finds them there. */
export async function seedTickets(parts: BridgeParts, seeds: BridgeConfig["seedTickets"]): Promise<void> {
  for (const { ticketId, subject, description, category, ...person } of seeds) {
    if (parts.store.ticket(ticketId) !== null) continue;
    const order = {
      ticketId,
      subject,
      description,
      topic: { category },
      accessChannel: "phone",
      contactReason: "practice_status",
      priority: "normal",
      requester: person,
      contactId: null,
    } as const;
    await createTicketHere(parts, order, { login: "seed", roles: ["fo"] });
  }
}
