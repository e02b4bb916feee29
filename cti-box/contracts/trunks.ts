/** The links to carriers as they are now, for administrators and the office's own programs. */
import { z } from "zod";
import { timestampSchema } from "./identifiers.ts";

export const trunkViewSchema = z.object({
  trunkId: z.string(),
  carrier: z.string(),
  priority: z.int(),
  weight: z.int(),
  capacity: z.int().nullable(),
  /** `changed`: at run time, over what the configuration file says; `added`: the file does not have it. */
  origin: z.enum(["file", "changed", "added"]),
  /** Null: only calls from the carrier. */
  outbound: z.object({ uri: z.string(), prefixes: z.array(z.string()) }).nullable(),
  calls: z.int().min(0),
  /** Calls that went out over it since the box was started. */
  placed: z.int().min(0),
  /** What OPTIONS says of it. `lastStatus` null: the last one was not answered. The whole is null where it is not asked. */
  health: z
    .object({ state: z.enum(["unknown", "up", "down"]), since: timestampSchema, lastStatus: z.int().nullable() })
    .nullable(),
  /** The day so far, in Rome: calls that went out, those to costly numbers, what they cost (null without `costs`), and whether a limit keeps calls back. */
  toll: z.object({
    calls: z.int().min(0),
    costly: z.int().min(0),
    spent: z.object({ amount: z.number(), currency: z.string() }).nullable(),
    /** After a burst: no calls but emergency ones until then. */
    stoppedUntil: timestampSchema.nullable(),
    /** The last time since the start that a limit kept a call back. */
    alarm: z.object({ at: timestampSchema, limit: z.enum(["burst", "day", "costly-day", "spend-day"]) }).nullable(),
  }),
  /** The office's registration at the carrier; null where it wants none. */
  registration: z
    .object({
      state: z.enum(["trying", "registered", "failed"]),
      since: timestampSchema,
      lastStatus: z.int().nullable(),
    })
    .nullable(),
});
export type TrunkView = z.infer<typeof trunkViewSchema>;
export const trunkListSchema = z.object({ items: z.array(trunkViewSchema) });

const trialMessageSchema = z.object({
  direction: z.enum(["sent", "received"]),
  at: timestampSchema,
  /** The SIP message; proofs of passwords are left out. */
  text: z.string(),
});

/** Answer of POST /api/trunks/{trunkId}/test. */
export const trunkTestSchema = z.object({
  trunkId: z.string(),
  /** `nothing-to-test`: the trunk neither registers nor carries calls to the outside. */
  verdict: z.enum(["well", "wrong", "nothing-to-test"]),
  /** In words for people, where there is nothing to test. */
  message: z.string().nullable(),
  steps: z.array(
    z.object({
      step: z.enum(["registration", "probe"]),
      uri: z.string(),
      isWell: z.boolean(),
      /** For programs: `registered`, `name-unknown`, `tls-name`, `credentials-wrong`… */
      code: z.string(),
      /** What was found, for people. */
      message: z.string(),
      /** What to do about it; null where nothing is wrong. */
      advice: z.string().nullable(),
      seconds: z.number().min(0),
      messages: z.array(trialMessageSchema),
    }),
  ),
});
export type TrunkTest = z.infer<typeof trunkTestSchema>;

/** A trunk's settings as they may be shown: as in the configuration file, without passwords. */
export const trunkSettingsSchema = z.looseObject({ trunkId: z.string(), carrier: z.string() });
/** Answer of the requests that change a trunk; null: it is gone. */
export const changedTrunkSchema = z.object({ settings: trunkSettingsSchema.nullable() });

/** Answer of GET /api/trunk-changes, the latest first; secrets are `***`. */
export const trunkChangesSchema = z.object({
  items: z.array(
    z.object({
      at: timestampSchema,
      /** An operator's login, or a program of the office. */
      by: z.string(),
      what: z.enum(["added", "changed", "removed", "reset"]),
      trunkId: z.string(),
      fields: z.array(z.object({ field: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
    }),
  ),
});
