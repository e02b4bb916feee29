/** Call detail records: a projection of the journal. One per call, one entry per leg, with what each leg cost. */
import { z } from "zod";
import { callerSchema, endCauseSchema, tariffSchema, transferOriginSchema } from "./call-summary.ts";
import { transferFailureSchema, transferTargetSchema } from "./call-events.ts";
import { contactIdSchema, officeIdSchema, operatorLoginSchema, timestampSchema, ulidSchema } from "./identifiers.ts";

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
});

export const callRecordSchema = z.object({
  callId: ulidSchema,
  contactId: contactIdSchema,
  officeId: officeIdSchema,
  caller: callerSchema,
  calledNumber: z.string().nullable(),
  queueId: z.string().nullable(),
  operatorLogins: z.array(operatorLoginSchema),
  ticketId: ulidSchema.nullable(),
  transferredFrom: transferOriginSchema.nullable(),
  transfers: z.array(
    z.object({
      transferId: ulidSchema,
      target: transferTargetSchema,
      outcome: z.enum(["pending", "transferred", "failed"]),
      failure: transferFailureSchema.nullable(),
      tariff: tariffSchema,
    }),
  ),
  legs: z.array(legRecordSchema),
  waitedSeconds: z.number().min(0),
  startedAt: timestampSchema,
  answeredAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  endCause: endCauseSchema.nullable(),
});

export type CallRecord = z.infer<typeof callRecordSchema>;
export type LegRecord = z.infer<typeof legRecordSchema>;
export const callRecordPageSchema = z.object({ items: z.array(callRecordSchema) });
