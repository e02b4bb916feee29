/** Call detail records: a projection of the journal. One per call, one entry per leg, with what each leg cost. */
import { z } from "zod";
import {
  callerSchema,
  endCauseSchema,
  tariffSchema,
  transferOriginSchema,
  transferReasonSchema,
} from "./call-summary.ts";
import { transferFailureSchema, transferTargetSchema } from "./call-events.ts";
import { forwardRecordSchema } from "./call-handling.ts";
import {
  contactIdSchema,
  maskedPhoneNumberSchema,
  officeIdSchema,
  operatorLoginSchema,
  phoneNumberSchema,
  timestampSchema,
  ulidSchema,
} from "./identifiers.ts";

/**
 * How a leg ended. `q850`: cause of ITU-T Q.850; `text`: its English name; `sipStatus`: the final answer, received or sent, null when the leg
 * ended by BYE or CANCEL, or with the box.
 */
export const legEndSchema = z.object({
  by: z.enum(["far-end", "box"]),
  q850: z.int().min(1).max(127),
  text: z.string(),
  sipStatus: z.int().min(300).max(699).nullable(),
});

export const legRecordSchema = z.object({
  legId: ulidSchema,
  role: z.enum(["caller", "operator", "office"]),
  /** `trunk`: a carrier; `member`: another office of the network; `operator`: a registered phone of this office. */
  peer: z.object({ kind: z.enum(["trunk", "member", "operator"]), name: z.string() }),
  tariff: tariffSchema,
  direction: z.enum(["in", "out"]),
  startedAt: timestampSchema,
  answeredAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  talkSeconds: z.number().min(0),
  /** Null: still open, or recorded by a box that did not note it. */
  end: legEndSchema.nullable(),
});

export const callRecordSchema = z.object({
  callId: ulidSchema,
  contactId: contactIdSchema,
  officeId: officeIdSchema,
  direction: z.enum(["in", "out", "internal"]),
  /** After some time a number ends in `****` and the name is gone (`retention` of the office). */
  caller: callerSchema.extend({ number: z.union([phoneNumberSchema, maskedPhoneNumberSchema]).nullable() }),
  calledNumber: z.string().nullable(),
  queueId: z.string().nullable(),
  /** After some time `operator-1`, `operator-2` of this call. */
  operatorLogins: z.array(operatorLoginSchema),
  ticketId: ulidSchema.nullable(),
  transferredFrom: transferOriginSchema.nullable(),
  transfers: z.array(
    z.object({
      transferId: ulidSchema,
      target: transferTargetSchema,
      /** `attended`: the operator spoke with the target first, or meant to; `overflow`: the queue offered its caller to another office; null: the box did not note it. */
      mode: z.enum(["blind", "attended", "overflow"]).nullable().default(null),
      /**
       * The operator who transferred; null: the queue offered its caller to another office (reason `overflow`), or the box did not note it, as
       * it did not the times and the reason.
       */
      requestedBy: operatorLoginSchema.nullable(),
      reason: transferReasonSchema.nullable(),
      requestedAt: timestampSchema.nullable(),
      settledAt: timestampSchema.nullable(),
      /** When citizen, operator and the other side first spoke all together; null: never. */
      conferenceAt: timestampSchema.nullable().default(null),
      outcome: z.enum(["pending", "transferred", "failed"]),
      failure: transferFailureSchema.nullable(),
      tariff: tariffSchema,
    }),
  ),
  /** How a call between colleagues came to whom it rang, in order. */
  forwards: z.array(forwardRecordSchema),
  legs: z.array(legRecordSchema),
  /** Until an operator answered the first time, or until the end. */
  waitedSeconds: z.number().min(0),
  /** In the queue's line and ringing, also after an operator was lost. */
  queueWaitSeconds: z.number().min(0),
  startedAt: timestampSchema,
  answeredAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  endCause: endCauseSchema.nullable(),
  /** How the caller's own leg ended. */
  end: legEndSchema.nullable(),
});

export type CallRecord = z.infer<typeof callRecordSchema>;
export type LegRecord = z.infer<typeof legRecordSchema>;
/** `nextAfter`: what to ask for to get the next page; null when this was the last one. */
export const callRecordPageSchema = z.object({ items: z.array(callRecordSchema), nextAfter: ulidSchema.nullable() });

/** What records are wanted; every part that is given has to fit. Telephone numbers never stand in a URL. */
export const callRecordFilterSchema = z.strictObject({
  contactId: contactIdSchema.optional(),
  ticketId: ulidSchema.optional(),
  /** Calls that came from this time on, and before that one. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  queueId: z.string().min(1).max(64).optional(),
  direction: z.enum(["in", "out", "internal"]).optional(),
  endCause: endCauseSchema.optional(),
  /** Calls with a leg that was paid for so. */
  tariff: tariffSchema.optional(),
  /** Calls with a leg over this trunk. */
  trunkId: z.string().min(1).max(64).optional(),
});
export type CallRecordFilter = z.infer<typeof callRecordFilterSchema>;
