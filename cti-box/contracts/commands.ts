/** What softphones ask of the box over HTTP. Answering, rejecting and hanging up are SIP; everything the box has to decide is here. */
import { z } from "zod";
import { callerSchema, ticketReferenceSchema, transferReasonSchema } from "./call-summary.ts";
import { consultationPartnerSchema, transferModeSchema, transferTargetSchema } from "./call-events.ts";
import {
  contactIdSchema,
  officeIdSchema,
  operatorLoginSchema,
  phoneNumberSchema,
  timestampSchema,
  ulidSchema,
} from "./identifiers.ts";

/** POST /api/sessions. A one-time link carries `oneTimeCode`; it works once and for a few minutes. */
export const signInSchema = z.union([
  z.strictObject({ login: operatorLoginSchema, password: z.string().min(1).max(256) }),
  z.strictObject({ oneTimeCode: z.string().min(16).max(128) }),
]);

export const availabilitySchema = z.enum(["available", "away"]);
/** `on-call`, `wrap-up` and `unreachable` are the box's findings; an operator only chooses available or away. */
export const operatorStateSchema = z.enum([
  "available",
  "away",
  "do-not-disturb",
  "on-call",
  "ringing",
  "wrap-up",
  "unreachable",
  "signed-out",
]);

export const operatorSchema = z.object({
  login: operatorLoginSchema,
  displayName: z.string(),
  extension: z.string(),
  queues: z.array(z.object({ queueId: z.string(), label: z.string() })),
});

/** Answer of POST /api/sessions and GET /api/sessions/current. */
export const sessionSchema = z.object({
  token: z.string(),
  expiresAt: timestampSchema,
  operator: operatorSchema,
  office: z.object({ officeId: officeIdSchema, label: z.string() }),
  /** Registration of this softphone: a user and secret made for this session, never the operator's password. */
  sip: z.object({
    /** Path on the same origin that speaks RFC 7118 (SIP over WebSocket), or an absolute ws/wss URL. */
    webSocketUrl: z.string(),
    addressOfRecord: z.string(),
    authorizationUser: z.string(),
    authorizationPassword: z.string(),
    iceServers: z.array(z.object({ urls: z.array(z.string()) })),
  }),
  /** Base path of the crm-bridge on the same origin (proxied by the box), or null when the office has none. */
  crmBasePath: z.string().nullable(),
});

export const setAvailabilitySchema = z.strictObject({ availability: availabilitySchema });

const [officeTarget, operatorTarget] = transferTargetSchema.options;

/** Whom an operator calls free of charge: a colleague, by login or by extension, or another office of the network. */
export const networkTargetSchema = z.discriminatedUnion("kind", [
  operatorTarget.strict(),
  z.strictObject({ kind: z.literal("extension"), extension: z.string().trim().min(1).max(32) }),
  officeTarget.strict(),
]);

/**
 * POST /api/calls: calls a citizen by the telephone number, or a colleague or an office by `target`. The own phone rings first. `callId` is made by the
 * softphone, so a repeated request is the same call.
 */
export const dialSchema = z.union([
  z.strictObject({
    callId: ulidSchema,
    /** As people write it: 06 9555 0100, +39 333…, 112. */
    number: z.string().trim().min(2).max(40),
    ticketId: ulidSchema.nullable().default(null),
  }),
  z.strictObject({ callId: ulidSchema, target: networkTargetSchema }),
]);

/** POST /api/calls/{callId}/transfers. `transferId` is made by the softphone, so a repeated request is the same transfer. */
export const requestTransferSchema = z.strictObject({
  transferId: ulidSchema,
  mode: transferModeSchema.default("blind"),
  target: z.discriminatedUnion("kind", [officeTarget.strict(), operatorTarget.strict()]),
  ticketId: ulidSchema.nullable(),
  reason: transferReasonSchema,
  message: z.string().max(2000),
});

/** PUT /api/calls/{callId}/transfers/{transferId}/consultation: whom the operator speaks with from now on. */
export const turnConsultationSchema = z.strictObject({ talkingTo: consultationPartnerSchema });

/** Answer of GET /api/parked-calls, the oldest first. */
export const parkedCallsSchema = z.object({
  items: z.array(
    z.object({ callId: ulidSchema, caller: callerSchema, parkedBy: operatorLoginSchema, parkedAt: timestampSchema }),
  ),
});
export type ParkedCalls = z.infer<typeof parkedCallsSchema>;

/** Answer of GET /api/callbacks: citizens who kept their place and are to be called back, by their places. */
export const callbacksSchema = z.object({
  items: z.array(
    z.object({
      /** The call in which it was asked for. */
      callId: ulidSchema,
      contactId: contactIdSchema,
      queueId: z.string(),
      number: phoneNumberSchema,
      /** The place in the line counts from here. */
      since: timestampSchema,
      /** How often the citizen was called in vain. */
      attempts: z.int().min(0),
      notBefore: timestampSchema,
      /** `waiting`: for opening hours, or for the pause after a call in vain. `in-line`: for a free operator. */
      state: z.enum(["waiting", "in-line", "calling"]),
    }),
  ),
});
export type PendingCallbacks = z.infer<typeof callbacksSchema>;

/** Answer of POST /api/operators/{login}/pick-up and /api/calls/{callId}/retrieval: the call, which rings at the own phone now. */
export const pickedUpSchema = z.object({ callId: ulidSchema });

/** PUT /api/calls/{callId}/ticket: ties the call to the ticket the operator opened or created. */
export const attachTicketSchema = z.strictObject({ ticketId: ticketReferenceSchema.shape.ticketId });

/** Answer of GET /api/status. */
export const statusSchema = z.object({
  /** `stopping`: calls in progress go on, new ones are refused. */
  status: z.enum(["ok", "degraded", "stopping"]),
  office: z.object({ officeId: officeIdSchema, label: z.string() }),
  callsInProgress: z.int().min(0),
  media: z.object({ ok: z.boolean(), detail: z.string() }),
  /** Whether the store takes the journal; if not, why, since when, and how many steps of calls wait in memory. */
  journal: z.discriminatedUnion("ok", [
    z.object({ ok: z.literal(true) }),
    z.object({
      ok: z.literal(false),
      trouble: z.enum(["locked", "slow", "full", "unreachable", "broken", "refused"]),
      since: timestampSchema,
      waiting: z.int().min(0),
    }),
  ]),
});

/** RFC 9457 problem details; `problems` lists every fault of a validation at once. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  problems: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

export type SignIn = z.infer<typeof signInSchema>;
export type Availability = z.infer<typeof availabilitySchema>;
export type OperatorState = z.infer<typeof operatorStateSchema>;
export type Operator = z.infer<typeof operatorSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type RequestTransfer = z.infer<typeof requestTransferSchema>;
export type Status = z.infer<typeof statusSchema>;
export type Problem = z.infer<typeof problemSchema>;
