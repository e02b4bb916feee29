/**
 * WebSocket `/crm/api/operator-channel`: screen-pops and ticket changes for one operator. First frame from the page is `hello` with the session token.
 * A pop goes to the ringing operator only, is keyed by call and contact (never by the current counterpart) and may arrive again, better informed:
 * the newest `revision` of a call's pop replaces the earlier ones.
 */
import { z } from "zod";
import { contactIdSchema, ulidSchema } from "@la2-cti/cti-box/contracts";
import { ticketBriefSchema, ticketSchema, ticketTransferSchema } from "./ticket.ts";

export const screenPopSchema = z.object({
  callId: ulidSchema,
  contactId: contactIdSchema,
  revision: z.int().min(1),
  /**
   * `ticket`: show this ticket (it came with the call, or is the caller's open one). `ticket-pending`: the call says that a ticket comes, its delivery
   * is under way. `new`: nothing known, offer a new ticket with these fields filled in.
   */
  content: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("ticket"),
      why: z.enum(["came-with-call", "open-ticket", "recent-ticket"]),
      ticket: ticketSchema,
    }),
    z.object({ kind: z.literal("ticket-pending"), ticketId: ulidSchema, transferId: ulidSchema.nullable() }),
    z.object({ kind: z.literal("new"), phone: z.string().nullable(), displayName: z.string().nullable() }),
  ]),
  /** Other open tickets of the same caller in this office. */
  others: z.array(ticketBriefSchema),
});

/** How the ticket's own journey to the other office goes: the call does not wait for it. */
export const handOverSchema = z.object({
  transferId: ulidSchema,
  ticketId: ulidSchema,
  status: ticketTransferSchema.shape.status,
  targetLocalTicketId: z.string().nullable(),
  detail: z.string().nullable(),
});

export const channelFromBridgeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("welcome"), pops: z.array(screenPopSchema) }),
  z.object({ kind: z.literal("ping"), sequence: z.int() }),
  z.object({ kind: z.literal("screen-pop"), pop: screenPopSchema }),
  z.object({ kind: z.literal("ticket"), ticket: ticketSchema }),
  z.object({ kind: z.literal("hand-over"), handOver: handOverSchema }),
  z.object({ kind: z.literal("refused"), why: z.enum(["bad-token", "expired"]) }),
]);
export const channelToBridgeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("hello"), token: z.string().min(1).max(4096) }),
  z.object({ kind: z.literal("pong"), sequence: z.int() }),
]);

export type ScreenPop = z.infer<typeof screenPopSchema>;
export type HandOver = z.infer<typeof handOverSchema>;
export type ChannelFromBridge = z.infer<typeof channelFromBridgeSchema>;
