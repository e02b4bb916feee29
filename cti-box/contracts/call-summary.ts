/** What every call event and every softphone card says of a call. No personal data beyond the caller's number and name. */
import { z } from "zod";
import {
  contactIdSchema,
  officeIdSchema,
  operatorLoginSchema,
  phoneNumberSchema,
  timestampSchema,
  ulidSchema,
} from "./identifiers.ts";

/** The citizen as the network presented him, or as an operator dialled him. `number` is null when withheld or not a telephone number. */
export const callerSchema = z.object({
  number: phoneNumberSchema.nullable(),
  displayName: z.string().max(120).nullable(),
  isWithheld: z.boolean(),
});

/** The ticket that travels with a call: a pointer, never content (RFC 7433 User-to-User, package it-tupa). */
export const ticketReferenceSchema = z.object({ ticketId: ulidSchema, transferId: ulidSchema.nullable() });

export const transferReasonSchema = z.enum([
  "competence",
  "overload",
  "second_level",
  "citizen_request",
  "overflow",
  "other",
]);

/** Where a transferred call comes from, shown on the ringing card. */
export const transferOriginSchema = z.object({
  officeId: officeIdSchema,
  officeLabel: z.string().max(160).nullable(),
  operatorLogin: operatorLoginSchema.nullable(),
  transferId: ulidSchema.nullable(),
  reason: transferReasonSchema.nullable(),
  /** Seconds the citizen had already spent in the earlier office (waiting and talking). */
  waitedSeconds: z.int().min(0).nullable(),
  /** The other office's operator asks for advice; the citizen is not on the line yet, and the ticket is still theirs. */
  isConsultation: z.boolean().default(false),
  /** Taken out of the other office's line, at a peak there: the ticket is still theirs. */
  isOverflow: z.boolean().default(false),
  /** So often the citizen has been in this office in the same contact, and was handed on; more than 2 are refused with 482. */
  visitsBefore: z.int().min(0).default(0),
  /** An operator of the other office calls this one: there is no citizen, and nothing is handed over. */
  isOfficeCall: z.boolean().default(false),
});

export const callStateSchema = z.enum([
  "dialling",
  "queued",
  "ringing",
  "answered",
  "held",
  "transferring",
  "parked",
  /** The operator has hung up, and the citizen is asked how the service was. */
  "surveying",
  "transferred",
  "ended",
]);

/** Why who was called cannot be spoken to. `callee-not-reachable`: it rang, and then the network failed; `no-trunk`: no carrier took the call. */
export const dialFailureSchema = z.enum([
  "callee-busy",
  "callee-no-answer",
  "callee-refused",
  "callee-not-reachable",
  "callee-unknown",
  "no-trunk",
]);

export const endCauseSchema = z.enum([
  ...dialFailureSchema.options,
  "caller-hung-up",
  "operator-hung-up",
  "caller-gave-up",
  "connected-party-hung-up",
  /** A consultation by telephone whose colleague was put through to the citizen of another call. */
  "merged",
  "no-operator",
  "out-of-hours",
  "queue-full",
  /** The citizen keeps the place and is called back. */
  "callback-requested",
  "unknown-number",
  "refused",
  "media-failure",
  "network-failure",
  "box-restarted",
]);

export const tariffSchema = z.enum(["on-net", "pstn"]);

export const callSummarySchema = z.object({
  callId: ulidSchema,
  contactId: contactIdSchema,
  officeId: officeIdSchema,
  direction: z.enum(["in", "out", "internal"]),
  state: callStateSchema,
  caller: callerSchema,
  /** The public number or extension that was called. */
  calledNumber: z.string().max(64).nullable(),
  queue: z.object({ queueId: z.string(), label: z.string() }).nullable(),
  /** The operator who talks, or who rings when nobody talks yet. */
  operatorLogin: operatorLoginSchema.nullable(),
  transferredFrom: transferOriginSchema.nullable(),
  ticket: ticketReferenceSchema.nullable(),
  startedAt: timestampSchema,
  answeredAt: timestampSchema.nullable(),
});

export type Caller = z.infer<typeof callerSchema>;
export type TicketReference = z.infer<typeof ticketReferenceSchema>;
export type TransferReason = z.infer<typeof transferReasonSchema>;
export type TransferOrigin = z.infer<typeof transferOriginSchema>;
export type CallSummary = z.infer<typeof callSummarySchema>;
export type EndCause = z.infer<typeof endCauseSchema>;
