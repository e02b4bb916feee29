/** HTTP of the bridge for softphones. Same origin as the box, base path `/crm`; the session token goes in `Authorization: Bearer`. */
import { z } from "zod";
import { contactIdSchema, phoneNumberSchema, ulidSchema } from "@la2-cti/cti-box/contracts";
import {
  accessChannelSchema,
  contactReasonSchema,
  requesterSchema,
  ticketBriefSchema,
  ticketOutcomeSchema,
  topicCategorySchema,
} from "./ticket.ts";

/** POST /crm/api/tickets. `ticketId` is made by the softphone: a repeated request is the same ticket. */
export const createTicketSchema = z.object({
  ticketId: ulidSchema,
  subject: z.string().min(3).max(120),
  description: z.string().max(8000).default(""),
  accessChannel: accessChannelSchema.default("phone"),
  contactReason: contactReasonSchema.default("information"),
  topic: z.object({ category: topicCategorySchema, area: z.string().max(80).optional() }),
  priority: z.enum(["normal", "urgent"]).default("normal"),
  requester: requesterSchema.nullable().default(null),
  callId: ulidSchema.nullable().default(null),
  contactId: contactIdSchema.nullable().default(null),
});

/** POST /crm/api/tickets/{ticketId}/updates. `updateId` is made by the softphone: a repeated request is the same update. */
export const updateTicketSchema = z.discriminatedUnion("operation", [
  z.object({
    operation: z.literal("add_note"),
    updateId: ulidSchema,
    text: z.string().min(1).max(8000),
    visibility: z.enum(["shared", "internal"]),
  }),
  z.object({
    operation: z.literal("classify"),
    updateId: ulidSchema,
    subject: z.string().min(3).max(120).optional(),
    topic: z.object({ category: topicCategorySchema, area: z.string().max(80).optional() }).optional(),
    contactReason: contactReasonSchema.optional(),
    requester: requesterSchema.optional(),
  }),
  z.object({ operation: z.literal("take"), updateId: ulidSchema }),
  z.object({ operation: z.literal("release"), updateId: ulidSchema }),
  z.object({
    operation: z.literal("close"),
    updateId: ulidSchema,
    outcome: ticketOutcomeSchema,
    answer: z.string().min(1).max(8000),
  }),
  z.object({ operation: z.literal("reopen"), updateId: ulidSchema, reason: z.string().min(1).max(2000) }),
]);

/** POST /crm/api/ticket-searches: numbers never stand in a URL. */
export const searchTicketsSchema = z.object({
  phone: phoneNumberSchema.optional(),
  publicCode: z.string().max(16).optional(),
  text: z.string().max(200).optional(),
  openOnly: z.boolean().default(true),
  limit: z.int().min(1).max(50).default(20),
});
export const ticketListSchema = z.object({ items: z.array(ticketBriefSchema) });

export type CreateTicket = z.infer<typeof createTicketSchema>;
export type UpdateTicket = z.infer<typeof updateTicketSchema>;
export type SearchTickets = z.infer<typeof searchTicketsSchema>;
