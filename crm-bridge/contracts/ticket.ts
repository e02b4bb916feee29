/** The ticket as softphones see it: fields, roles and the four states of the report (Linea Amica Fase 2). Other CRMs are mapped to this shape. */
import { z } from "zod";
import {
  contactIdSchema,
  officeIdSchema,
  operatorLoginSchema,
  phoneNumberSchema,
  timestampSchema,
  topicSchema,
  ulidSchema,
} from "@la2-cti/cti-box/contracts";

export const ticketStatusSchema = z.enum(["open_bo", "in_progress", "closed_fo", "closed_bo"]);
export const ticketOutcomeSchema = z.enum([
  "answered",
  "referred_external",
  "withdrawn",
  "duplicate",
  "not_competent",
  "unreachable",
]);
export const accessChannelSchema = z.enum([
  "phone",
  "desk",
  "email",
  "pec",
  "web_form",
  "chat",
  "sms",
  "fax",
  "letter",
  "callback",
  "app",
]);
export const contactReasonSchema = z.enum([
  "information",
  "forms",
  "document_access",
  "report",
  "complaint",
  "suggestion",
  "consultation",
  "praise",
  "practice_status",
  "other",
]);

/** The 24 themes. */
export const topicCategorySchema = topicSchema;

export const requesterSchema = z.object({
  givenName: z.string().max(80).optional(),
  familyName: z.string().max(80).optional(),
  phone: phoneNumberSchema.optional(),
  email: z.email().max(254).optional(),
  preferredContact: z.enum(["phone", "email", "none"]).optional(),
  municipality: z
    .object({
      istatCode: z
        .string()
        .regex(/^[0-9]{6}$/)
        .optional(),
      label: z.string().max(120),
    })
    .optional(),
  gender: z.enum(["F", "M", "X", "not_declared"]).optional(),
  ageBand: z.enum(["0-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+", "nd"]).optional(),
  specialNeeds: z.array(z.enum(["blind", "deaf", "language"])).optional(),
  anonymous: z.boolean().optional(),
});

/** One line of the ticket's history. Internal notes never leave the office. */
export const ticketEventSchema = z.object({
  eventId: ulidSchema,
  seq: z.int().min(1),
  at: timestampSchema,
  type: z.string(),
  actor: z.object({
    officeId: officeIdSchema,
    role: z.enum(["fo", "bo", "supervisor", "system", "citizen", "email"]),
    operatorRef: z.string().nullable(),
  }),
  visibility: z.enum(["shared", "internal"]),
  text: z.string().max(8000).nullable(),
});

export const ticketTransferSchema = z.object({
  transferId: ulidSchema,
  fromOfficeId: officeIdSchema,
  toOfficeId: officeIdSchema,
  /** `returned`: it had been accepted, but its call came back to the giving office, and the ticket with it. */
  status: z.enum([
    "pending",
    "requested",
    "delivered",
    "accepted",
    "refused",
    "withdrawn",
    "expired",
    "failed",
    "returned",
  ]),
  reason: z.string(),
  message: z.string(),
  /** `stays-there` beside `accepted`: the call came back to the giving office, but the other one had closed the ticket or passed it on. */
  refusalReason: z.string().nullable(),
  targetLocalTicketId: z.string().nullable(),
});

export const ticketSchema = z.object({
  ticketId: ulidSchema,
  /** Number in this office's own system (built-in store or CRM). */
  localTicketId: z.string(),
  publicCode: z.string(),
  /** Page of the CRM that shows it; null with the built-in store. Made from this office's own template, never taken from another office. */
  url: z.url().nullable(),
  originOfficeId: officeIdSchema,
  originLocalTicketId: z.string().nullable(),
  ownerOfficeId: officeIdSchema,
  /** `watcher`: the ticket went on to another office and this one follows it. */
  ourRole: z.enum(["owner", "watcher", "offered"]),
  watchers: z.array(officeIdSchema),
  status: ticketStatusSchema,
  outcome: ticketOutcomeSchema.nullable(),
  accessChannel: accessChannelSchema,
  contactReason: contactReasonSchema,
  topic: z.object({ category: topicCategorySchema, area: z.string().max(80).optional() }),
  subject: z.string().min(3).max(120),
  description: z.string().max(8000),
  priority: z.enum(["normal", "urgent"]),
  requester: requesterSchema.nullable(),
  contactId: contactIdSchema.nullable(),
  assignee: operatorLoginSchema.nullable(),
  transfers: z.array(ticketTransferSchema),
  events: z.array(ticketEventSchema),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  closedAt: timestampSchema.nullable(),
  dueAt: timestampSchema.nullable(),
  version: z.int().min(1),
});

/** A line of a list: what a card shows before the ticket is opened. */
export const ticketBriefSchema = ticketSchema.pick({
  ticketId: true,
  localTicketId: true,
  publicCode: true,
  url: true,
  ownerOfficeId: true,
  ourRole: true,
  status: true,
  subject: true,
  topic: true,
  updatedAt: true,
});

export type Ticket = z.infer<typeof ticketSchema>;
export type TicketBrief = z.infer<typeof ticketBriefSchema>;
export type TicketStatus = z.infer<typeof ticketStatusSchema>;
export type TicketTransfer = z.infer<typeof ticketTransferSchema>;
