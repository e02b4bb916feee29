/** SIP messages of a call, as the box keeps them while `sip.trace` is on; secrets are masked. */
import { z } from "zod";
import { timestampSchema, ulidSchema } from "./identifiers.ts";

export const tracedMessageSchema = z.object({
  /** Microseconds since the epoch. */
  atUs: z.number(),
  direction: z.enum(["received", "sent"]),
  protocol: z.string(),
  /** `address:port` of the box and of the peer. */
  local: z.string(),
  remote: z.string(),
  text: z.string(),
});

export const tracedLegSchema = z.object({
  sipCallId: z.string(),
  /** `server`: a carrier, a proxy, another office; `phone`: a page or a desk phone. */
  peer: z.object({ name: z.string(), kind: z.enum(["server", "phone"]) }).nullable(),
  /** Messages of it that are not kept any more. */
  leftOut: z.number(),
  messages: z.array(tracedMessageSchema),
});

export const tracedCallSchema = z.object({
  /** Null: SIP that belongs to no call of the box. */
  callId: ulidSchema.nullable(),
  startedAt: timestampSchema.nullable(),
  legs: z.array(tracedLegSchema),
});

/** Several calls: the question fits them all, and they are told without messages. */
export const sipTraceSchema = z.object({ items: z.array(tracedCallSchema) });

export type SipTrace = z.infer<typeof sipTraceSchema>;
