/**
 * Events of calls, in the order of the journal. A consumer keeps the `cursor` of the last event it handled and asks for what came after:
 * `GET /api/events?after=CURSOR` (pages) or WebSocket `/api/events/stream?after=CURSOR` (past events first, then live ones).
 * Delivery is at least once; `cursor` is unique and rising, so a repeated event is recognised by it.
 */
import { z } from "zod";
import {
  callSummarySchema,
  endCauseSchema,
  tariffSchema,
  ticketReferenceSchema,
  transferReasonSchema,
} from "./call-summary.ts";
import { forwardCauseSchema, forwardTargetSchema } from "./call-handling.ts";
import { officeIdSchema, operatorLoginSchema, timestampSchema, ulidSchema } from "./identifiers.ts";

const envelope = { cursor: z.int().min(1), at: timestampSchema, call: callSummarySchema };

export const ringEndSchema = z.enum([
  "answered",
  "answered-elsewhere",
  "no-answer",
  "rejected",
  "unreachable",
  "caller-gave-up",
]);

export const transferTargetSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("office"), officeId: officeIdSchema }),
  z.object({ kind: z.literal("operator"), operatorLogin: operatorLoginSchema }),
  /** Outside of the network, over a carrier: for roles that may. In commands as it was typed, else E.164. */
  z.object({ kind: z.literal("number"), number: z.string().min(1).max(40) }),
]);

/** What a target is called where there is room for one word. */
export function transferTargetName(target: z.infer<typeof transferTargetSchema>): string {
  switch (target.kind) {
    case "office":
      return target.officeId;
    case "operator":
      return target.operatorLogin;
    case "number":
      return target.number;
  }
}

export const transferFailureSchema = z.enum([
  "no-answer",
  "busy",
  "refused",
  "unknown-office",
  "no-on-net-route",
  "not-reachable",
  "cancelled",
  "caller-hung-up",
  /** The other side left while the operator consulted it. */
  "target-hung-up",
  "failed",
]);

/** Whom the operator speaks with during a consultation: one side while the other one hears music, or both in a conference. */
export const consultationPartnerSchema = z.enum(["target", "caller", "everybody"]);

/** `attended`: the operator speaks with the other side before handing over. */
export const transferModeSchema = z.enum(["blind", "attended"]);

const transfer = {
  transferId: ulidSchema,
  target: transferTargetSchema,
  /** Absent in events of older boxes. */
  mode: transferModeSchema.optional(),
  requestedBy: operatorLoginSchema,
};

const overflow = { transferId: ulidSchema, toOfficeId: officeIdSchema };

export const callEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("call-offered"), ...envelope }),
  z.object({ type: z.literal("call-queued"), ...envelope }),
  /** One per operator that rings; the screen-pop goes to this operator only. */
  z.object({ type: z.literal("call-ringing"), ...envelope, operatorLogin: operatorLoginSchema }),
  z.object({
    type: z.literal("call-ring-ended"),
    ...envelope,
    operatorLogin: operatorLoginSchema,
    outcome: ringEndSchema,
  }),
  z.object({ type: z.literal("call-answered"), ...envelope, operatorLogin: operatorLoginSchema }),
  /** A call between colleagues goes on, as the operator who was called wants it. */
  z.object({
    type: z.literal("call-forwarded"),
    ...envelope,
    operatorLogin: operatorLoginSchema,
    cause: forwardCauseSchema,
    to: forwardTargetSchema,
  }),
  z.object({ type: z.literal("call-held"), ...envelope, heldBy: z.enum(["operator", "caller"]) }),
  z.object({ type: z.literal("call-resumed"), ...envelope, heldBy: z.enum(["operator", "caller"]) }),
  z.object({
    type: z.literal("call-transfer-requested"),
    ...envelope,
    ...transfer,
    ticketId: ulidSchema.nullable(),
    reason: transferReasonSchema,
    /** The operator's hand-over note; goes to the other office with the ticket, never over SIP. */
    message: z.string().max(2000),
    expiresAt: timestampSchema,
  }),
  z.object({ type: z.literal("call-transfer-ringing"), ...envelope, ...transfer }),
  /** The operator consults the other side, has turned to the citizen in between, or speaks with both. */
  z.object({
    type: z.literal("call-consulting"),
    ...envelope,
    ...transfer,
    talkingTo: consultationPartnerSchema,
  }),
  z.object({ type: z.literal("call-transferred"), ...envelope, ...transfer, tariff: tariffSchema }),
  z.object({
    type: z.literal("call-transfer-failed"),
    ...envelope,
    ...transfer,
    cause: transferFailureSchema,
    sipStatus: z.int().nullable(),
  }),
  /** The citizen is back with the operator who had asked for the transfer. */
  z.object({
    type: z.literal("call-returned"),
    ...envelope,
    operatorLogin: operatorLoginSchema,
    cause: transferFailureSchema,
  }),
  /** The citizen waits for any operator to retrieve the call. */
  z.object({ type: z.literal("call-parked"), ...envelope, operatorLogin: operatorLoginSchema }),
  /** Peak sharing: another office is asked to take the waiting citizen out of our line; the ticket stays ours. */
  z.object({
    type: z.literal("call-overflow-offered"),
    ...envelope,
    ...overflow,
    ticketId: ulidSchema.nullable(),
    /** So long the other office may see the ticket. */
    expiresAt: timestampSchema,
  }),
  /** It has answered, and talks with the citizen. */
  z.object({ type: z.literal("call-overflowed"), ...envelope, ...overflow, tariff: tariffSchema }),
  /** It did not take the citizen, who still waits with us at the same place. */
  z.object({
    type: z.literal("call-overflow-failed"),
    ...envelope,
    ...overflow,
    cause: transferFailureSchema,
    sipStatus: z.int().nullable(),
  }),
  /** The office that had consulted us has handed the citizen over; `operatorLogin`: who talks with the citizen. */
  z.object({
    type: z.literal("call-handed-over"),
    ...envelope,
    operatorLogin: operatorLoginSchema.nullable(),
  }),
  z.object({ type: z.literal("ticket-attached"), ...envelope, ticket: ticketReferenceSchema }),
  /** The citizen rated the service after the call: 1 satisfied, 2 neither, 3 not satisfied. Once per call. */
  z.object({ type: z.literal("call-rated"), ...envelope, rating: z.union([z.literal(1), z.literal(2), z.literal(3)]) }),
  z.object({ type: z.literal("call-ended"), ...envelope, endCause: endCauseSchema }),
]);

export type CallEvent = z.infer<typeof callEventSchema>;
export type CallEventType = CallEvent["type"];
export type TransferTarget = z.infer<typeof transferTargetSchema>;
export type TransferFailure = z.infer<typeof transferFailureSchema>;
export type RingEnd = z.infer<typeof ringEndSchema>;

export const eventPageSchema = z.object({ items: z.array(callEventSchema), nextCursor: z.int().min(0) });

/** Frames of the WebSocket `/api/events/stream`, one JSON object each. `caught-up` says that everything up to now was sent. */
export const eventStreamFrameSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), event: callEventSchema }),
  z.object({ kind: z.literal("caught-up"), cursor: z.int().min(0) }),
]);
export type EventStreamFrame = z.infer<typeof eventStreamFrameSchema>;
