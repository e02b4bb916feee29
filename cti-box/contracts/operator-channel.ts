/**
 * WebSocket `/api/operator-channel`: the box's own line to one softphone page. First frame from the page is `hello` with the session token
 * (never in the URL). The box pings the page's own code: a page that stops answering `pong` is not rung any more.
 */
import { z } from "zod";
import { callHandlingSchema } from "./call-handling.ts";
import { textChannelFrameSchema, textFromBoxSchema, textRefusedSchema, textToBoxSchema } from "./call-text.ts";
import { callerSchema, callSummarySchema, dialFailureSchema } from "./call-summary.ts";
import { operatorStateSchema } from "./commands.ts";
import { officeNewsSchema } from "./office-news.ts";
import {
  consultationPartnerSchema,
  ringEndSchema,
  transferFailureSchema,
  transferTargetSchema,
} from "./call-events.ts";
import { officeIdSchema, operatorLoginSchema, timestampSchema, ulidSchema } from "./identifiers.ts";

/** The transfer as the operator sees it. `returned`: the citizen is back with this operator, `cause` says why. */
export const transferProgressSchema = z.discriminatedUnion("phase", [
  z.object({ phase: z.literal("calling"), transferId: ulidSchema, target: transferTargetSchema }),
  z.object({ phase: z.literal("ringing"), transferId: ulidSchema, target: transferTargetSchema }),
  z.object({
    phase: z.literal("consulting"),
    transferId: ulidSchema,
    target: transferTargetSchema,
    talkingTo: consultationPartnerSchema,
  }),
  z.object({ phase: z.literal("transferred"), transferId: ulidSchema, target: transferTargetSchema }),
  z.object({
    phase: z.literal("returned"),
    transferId: ulidSchema,
    target: transferTargetSchema,
    cause: transferFailureSchema,
  }),
]);

const calledSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("operator"), operatorLogin: operatorLoginSchema, label: z.string() }),
  z.object({ kind: z.literal("office"), officeId: officeIdSchema, label: z.string() }),
]);

/** One call as seen by the operator of this channel: my part in it. */
export const callCardSchema = z.object({
  call: callSummarySchema,
  myState: z.discriminatedUnion("kind", [
    /** A call of one's own: the own phone has to be answered, the citizen is called, the citizen's phone rings. */
    z.object({ kind: z.literal("dialling"), stage: z.enum(["own-phone", "calling", "ringing"]) }),
    z.object({ kind: z.literal("ringing") }),
    z.object({ kind: z.literal("talking") }),
    z.object({ kind: z.literal("holding") }),
    z.object({ kind: z.literal("transferring"), progress: transferProgressSchema }),
    /**
     * Colleague `by` asks this operator for advice and may hand the citizen over; `talksToMe`: not with the citizen in between;
     * `isConference`: the citizen listens and speaks too.
     */
    z.object({
      kind: z.literal("consulted"),
      by: operatorLoginSchema,
      talksToMe: z.boolean(),
      isConference: z.boolean().default(false),
    }),
    z.object({
      kind: z.literal("gone"),
      why: z.union([ringEndSchema, dialFailureSchema, z.enum(["transferred", "ended"])]),
    }),
  ]),
  /** Outcome of the last transfer of this call, until the next one starts. */
  lastTransfer: transferProgressSchema.nullable(),
  /** Seconds the citizen has waited in this office's queue before the ring. */
  waitedSeconds: z.int().min(0),
  /** The colleague or the office that this operator has called; null: a citizen's call, or one that came in. */
  called: calledSchema.nullable().default(null),
  /** Whom the other office names as being on the line there now; null: nobody else than the card says anyway. */
  onTheLine: callerSchema.nullable().default(null),
});

export const channelFromBoxSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("welcome"), operatorState: operatorStateSchema, calls: z.array(callCardSchema) }),
  z.object({ kind: z.literal("ping"), sequence: z.int() }),
  z.object({ kind: z.literal("operator-state"), operatorState: operatorStateSchema }),
  /** Right after the welcome. `none`: no trunk carries calls out, so there is no field to dial in. */
  z.object({ kind: z.literal("outside-calls"), offered: z.enum(["some", "none"]) }),
  /** Right after the welcome, and whenever it changes. */
  z.object({ kind: z.literal("call-handling"), handling: callHandlingSchema }),
  z.object({ kind: z.literal("call"), card: callCardSchema }),
  /** Of colleagues, offices, and what waits for any operator. */
  z.object({ kind: z.literal("office-news"), news: officeNewsSchema }),
  textFromBoxSchema,
  textChannelFrameSchema,
  textRefusedSchema,
  /** New calls are not taken any more; those in progress go on until they end, or until then. */
  z.object({ kind: z.literal("box-stopping"), at: timestampSchema }),
  z.object({ kind: z.literal("refused"), why: z.enum(["bad-token", "expired", "replaced-by-other-page"]) }),
]);

export const channelToBoxSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("hello"), token: z.string().min(1).max(4096) }),
  z.object({ kind: z.literal("pong"), sequence: z.int() }),
  /** Only while this operator is in conversation. */
  textToBoxSchema,
]);

export type TransferProgress = z.infer<typeof transferProgressSchema>;
export type CallCard = z.infer<typeof callCardSchema>;
export type ChannelFromBox = z.infer<typeof channelFromBoxSchema>;
export type ChannelToBox = z.infer<typeof channelToBoxSchema>;
