/**
 * Objects of the TUPA contract 1.0 (ticket exchange between administrations). Names follow the contract's own; ids are ULIDs made by the sender,
 * so that every repetition is recognised. Attachments, surveys, pull and e-mail modes come with the whole contract.
 */
import { z } from "zod";

export const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
export const officeId = z.string().regex(/^[a-z0-9_-]{2,32}(:[A-Z0-9]{6})?$/);
const dateTime = z.iso.datetime();

export const ticketStatus = z.enum(["open_bo", "in_progress", "closed_fo", "closed_bo"]);
export const ticketOutcome = z.enum([
  "answered",
  "referred_external",
  "withdrawn",
  "duplicate",
  "not_competent",
  "unreachable",
]);

/** Only what the purpose of the transfer needs; never a tax code. */
const requester = z.object({
  givenName: z.string().max(80).optional(),
  familyName: z.string().max(80).optional(),
  phone: z.string().max(20).optional(),
  email: z.string().max(254).optional(),
  preferredContact: z.enum(["phone", "email", "none"]).optional(),
  municipality: z.object({ istatCode: z.string().optional(), label: z.string().max(120) }).optional(),
  gender: z.string().max(20).optional(),
  ageBand: z.string().max(10).optional(),
  specialNeeds: z.array(z.string().max(20)).max(8).optional(),
  anonymous: z.boolean().optional(),
});

/** What an office registers; the hub adds owner, watchers, version and times. */
export const ticketRegistrationSchema = z.object({
  contractVersion: z.literal("1.0"),
  ticketId: ulid,
  publicCode: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z*~$=U]$/),
  origin: z.object({ officeId, localTicketId: z.string().max(64), createdAt: dateTime }),
  status: ticketStatus,
  accessChannel: z.string().max(20),
  contactReason: z.string().max(30),
  topic: z.object({
    category: z.string().max(60),
    area: z.string().max(80).optional(),
    taxonomyVersion: z.string().max(20),
  }),
  subject: z.string().min(3).max(120),
  description: z.string().max(8000),
  language: z.string().max(35),
  priority: z.enum(["normal", "urgent"]),
  requester: requester.nullable(),
  consent: z.object({ noticeVersion: z.string(), noticeGivenAt: dateTime, transferAgreed: z.boolean() }).nullable(),
  call: z.object({ callId: z.string().max(64), contactId: z.string().max(64) }).nullable(),
});

export const tupaTicketSchema = ticketRegistrationSchema.extend({
  owner: z.object({ officeId, localTicketId: z.string().nullable() }),
  watchers: z.array(officeId),
  outcome: ticketOutcome.nullable(),
  pendingTransferId: ulid.nullable(),
  hops: z.int().min(0),
  createdAt: dateTime,
  updatedAt: dateTime,
  closedAt: dateTime.nullable(),
  version: z.int().min(1),
});

export const transferStatus = z.enum([
  "requested",
  "delivered",
  "accepted",
  "refused",
  "withdrawn",
  "expired",
  "failed",
  "returned",
]);
export const refusalReason = z.enum(["not_competent", "incomplete", "duplicate", "capacity", "out_of_hours", "other"]);

/** Body of POST /tickets/{ticketId}/transfers. */
export const transferRequestSchema = z.object({
  transferId: ulid,
  fromOfficeId: officeId,
  toOfficeId: officeId,
  mode: z.literal("sync"),
  reason: z.enum(["competence", "overload", "second_level", "citizen_request", "overflow", "other"]),
  message: z.string().max(2000),
  withCall: z.boolean(),
  call: z.object({ callId: z.string().max(64), expiresAt: dateTime }).nullable(),
});

export const tupaTransferSchema = transferRequestSchema.extend({
  ticketId: ulid,
  status: transferStatus,
  targetLocalTicketId: z.string().nullable(),
  refusalReason: refusalReason.nullable(),
  respondBy: dateTime,
  createdAt: dateTime,
  updatedAt: dateTime,
  attempts: z.int(),
});

export const acceptanceSchema = z.object({
  targetLocalTicketId: z.string().min(1).max(64),
  operatorRef: z.string().max(64).nullable(),
  takeNow: z.boolean(),
});
export const refusalSchema = z.object({ refusalReason, message: z.string().max(2000) });
export const withdrawalSchema = z.object({ reason: z.enum(["cancelled", "no_answer", "failed"]) });
/** Body of POST /transfers/{transferId}/return: why the call of an accepted transfer is with the giving office again. */
export const returnSchema = z.object({ reason: withdrawalSchema.shape.reason });
/** One operation on a shared ticket; `updateId` makes it repeatable. */
export const updateSchema = z.discriminatedUnion("operation", [
  z.object({ operation: z.literal("note"), updateId: ulid, text: z.string().min(1).max(8000) }),
  z.object({ operation: z.literal("take"), updateId: ulid }),
  z.object({ operation: z.literal("release"), updateId: ulid }),
]);
export const reopeningSchema = z.object({ updateId: ulid, reason: z.string().max(2000) });
export const closureSchema = z.object({
  updateId: ulid,
  status: z.enum(["closed_fo", "closed_bo"]),
  outcome: ticketOutcome,
  answer: z.string().min(1).max(8000),
});

export const eventType = z.enum([
  "created",
  "note_added",
  "classified",
  "status_changed",
  "transfer_requested",
  "transfer_delivered",
  "transfer_accepted",
  "transfer_refused",
  "transfer_withdrawn",
  "transfer_expired",
  "transfer_failed",
  "transfer_returned",
  "closed",
  "reopened",
]);

/** A line of the append-only history; `hash` covers everything else, `prevHash` the line before (RFC 8785 form, SHA-256). */
export const tupaEventSchema = z.object({
  eventId: ulid,
  ticketId: ulid,
  seq: z.int().min(1),
  at: dateTime,
  /** One of {@link eventType}; a reader of this version passes over types of a later one. */
  type: z.string().max(40),
  actor: z.object({
    officeId: z.string(),
    role: z.enum(["fo", "bo", "supervisor", "system"]),
    operatorRef: z.string().nullable(),
  }),
  visibility: z.literal("shared"),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  prevHash: z.string(),
  hash: z.string(),
});

export const feedItemSchema = z.object({
  cursor: z.int(),
  event: tupaEventSchema,
  ticket: tupaTicketSchema,
  transfer: tupaTransferSchema.nullable(),
});
export const feedSchema = z.object({ items: z.array(feedItemSchema), nextCursor: z.int() });
/** POST {office}/tupa-callbacks/transfers, and its answer. `events`: the ticket's history up to now, so that the receiver need not ask for it. */
export const deliverySchema = z.object({
  transfer: tupaTransferSchema,
  ticket: tupaTicketSchema,
  events: z.array(tupaEventSchema).max(2_000),
});
export const deliveryAnswerSchema = z.object({
  targetLocalTicketId: z.string().min(1).max(64),
  url: z.string().nullable().optional(),
});

export type TicketRegistration = z.infer<typeof ticketRegistrationSchema>;
export type TupaTicket = z.infer<typeof tupaTicketSchema>;
export type TransferRequest = z.infer<typeof transferRequestSchema>;
export type TupaTransfer = z.infer<typeof tupaTransferSchema>;
export type TupaEvent = z.infer<typeof tupaEventSchema>;
export type TupaEventType = z.infer<typeof eventType>;
export type FeedItem = z.infer<typeof feedItemSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type Withdrawal = z.infer<typeof withdrawalSchema>;
export type Return = z.infer<typeof returnSchema>;
export type TicketUpdate = z.infer<typeof updateSchema>;
export type Closure = z.infer<typeof closureSchema>;
export type Reopening = z.infer<typeof reopeningSchema>;
export type Acceptance = z.infer<typeof acceptanceSchema>;
