/** Forwarding and do not disturb of an operator. They are for calls of colleagues; calls of queues are never forwarded. */
import { z } from "zod";
import { operatorLoginSchema, timestampSchema } from "./identifiers.ts";

export const forwardTargetSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("operator"), operatorLogin: operatorLoginSchema }),
  z.strictObject({ kind: z.literal("queue"), queueId: z.string().min(1).max(64) }),
]);

/** GET and PUT /api/operators/{login}/call-handling; `me` for the own. */
export const callHandlingSchema = z.strictObject({
  /** No call rings: queues find somebody else, colleagues are told busy, or go where `busy` says. */
  doNotDisturb: z.boolean(),
  /** A second call of a colleague rings during a call; false: the colleague hears busy. */
  callWaiting: z.boolean(),
  always: forwardTargetSchema.nullable(),
  busy: forwardTargetSchema.nullable(),
  /** Also at once while the operator is away or no phone can be reached. */
  noAnswer: z.strictObject({ target: forwardTargetSchema, afterSeconds: z.int().min(5).max(60) }).nullable(),
});

/** Answer of GET /api/call-handling, in the order of the configuration. */
export const callHandlingListSchema = z.object({
  items: z.array(z.object({ login: operatorLoginSchema, handling: callHandlingSchema })),
});

export const forwardCauseSchema = z.enum(["always", "busy", "do-not-disturb", "no-answer"]);

/** How a colleague's call went on: `operatorLogin` had it forwarded. */
export const forwardRecordSchema = z.object({
  operatorLogin: operatorLoginSchema,
  cause: forwardCauseSchema,
  to: forwardTargetSchema,
  at: timestampSchema,
});

export type CallHandling = z.infer<typeof callHandlingSchema>;
export type ForwardTarget = z.infer<typeof forwardTargetSchema>;
export type ForwardCause = z.infer<typeof forwardCauseSchema>;
