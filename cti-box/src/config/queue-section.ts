/** What the configuration says of queues beside their names and times, and of what operators can do. */
import { z } from "zod";
import { topicSchema } from "../../contracts/topics.ts";
import { openingHours } from "./hours-section.ts";

const language = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, "is not a language such as it or en");
const need = z.enum(["deaf", "blind"]);

export const operatorSkills = z.strictObject({
  /** None: all of them. */
  topics: z.array(topicSchema).default([]),
  languages: z.array(language).default(["it"]),
  needs: z.array(need).default([]),
});

const queueKey = z.enum(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);

export const queueRules = {
  /** Which free operator is rung. */
  distribution: z.enum(["longest-idle", "round-robin", "priority", "ring-all"]).default("longest-idle"),
  /** Skills that an operator needs to get calls of this queue. */
  requires: z
    .strictObject({ topic: topicSchema.optional(), language: language.optional(), need: need.optional() })
    .prefault({}),
  /** Absent: the hours of the office. */
  hours: z.union([z.literal("always"), openingHours]).optional(),
  /** Queue that answers while this one is closed; absent: callers are refused. */
  closedQueueId: z.string().optional(),
  /** Callers who may wait at the same time; absent: as many as come. */
  maxLength: z.int().min(1).max(1000).optional(),
  /** Queue for callers who find this one full or have waited `maxWaitSeconds`; absent: they are refused, or let go. */
  overflowQueueId: z.string().optional(),
  /** Carriers' callers are greeted, told their place and why nobody answers; absent: music only, and a refusal before the answer. */
  announcements: z
    .strictObject({
      language: z.enum(["it", "en"]).default("it"),
      placeEverySeconds: z.int().min(15).max(600).default(60),
      /** Said after the welcome, in the other language; one of `keys`. */
      otherLanguageKey: queueKey.optional(),
    })
    .optional(),
  /** After a call of a carrier the citizen is asked to rate the service with 1, 2 or 3; absent: not. */
  survey: z.strictObject({ language: z.enum(["it", "en"]).default("it") }).optional(),
  /** Peak sharing: when callers of this queue are offered to other offices; absent: never. */
  sharing: z
    .strictObject({
      /** More callers than this wait. */
      whenWaiting: z.int().min(0).max(1000).optional(),
      /** A caller has waited so long, or will have by what is expected. */
      whenWaitSeconds: z.int().min(0).max(3600).optional(),
      /** Time that the other office has to answer. */
      answerSeconds: z.int().min(1).max(60).default(20),
    })
    .refine(({ whenWaiting, whenWaitSeconds }) => whenWaiting !== undefined || whenWaitSeconds !== undefined, {
      error: "needs whenWaiting or whenWaitSeconds",
    })
    .optional(),
  /** Callers may keep their place by this key, hang up, and are called back; absent: not. */
  callback: z
    .strictObject({
      key: queueKey,
      /** Calls in vain before it is given up, and the pause between two. */
      attempts: z.int().min(1).max(10).default(3),
      pauseMinutes: z.int().min(1).max(240).default(15),
      /** Also callers who come out of hours. */
      outOfHours: z.boolean().default(false),
    })
    .optional(),
  /** Keys that lead a waiting caller to other queues. */
  keys: z.partialRecord(queueKey, z.string()).default({}),
};
