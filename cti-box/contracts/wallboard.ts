/**
 * What a screen on the office's wall shows: numbers per queue and of the office, never of a person (Legge 300/1970, art. 4).
 * `GET /api/wallboard`, and WebSocket `/api/wallboard/stream`, whose first frame from the screen is `hello`.
 */
import { z } from "zod";
import { officeIdSchema, timestampSchema } from "./identifiers.ts";

const count = z.int().min(0);

/** Operators who are signed in; null where they are fewer than three, because the numbers would be about one of them. */
const operatorCounts = z.object({ free: count, busy: count, absent: count }).nullable();

const wallboardQueueSchema = z.object({
  queueId: z.string(),
  label: z.string(),
  /** In the line or ringing. */
  waiting: count,
  /** Since when the oldest of them waits, in the box's time; null: nobody waits. */
  waitingSince: timestampSchema.nullable(),
  talking: count,
  /** Citizens who kept their place and are still to be called back; null: the queue offers no call back. */
  callbacks: count.nullable(),
  /** Of the calls that came today (local time). `averageWaitSeconds`: of those who were answered. */
  today: z.object({
    answered: count,
    abandoned: count,
    turnedAway: count,
    averageWaitSeconds: z.number().min(0).nullable(),
  }),
  operators: operatorCounts,
});

export const wallboardSchema = z.object({
  /** The box's time, which the screen's own may differ from. */
  at: timestampSchema,
  office: z.object({ officeId: officeIdSchema, label: z.string() }),
  operators: operatorCounts,
  queues: z.array(wallboardQueueSchema),
});

/** A frame after every change, at most one a second, and one every 15 seconds in any case. */
export const wallboardFrameSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("wallboard"), wallboard: wallboardSchema }),
  z.object({ kind: z.literal("refused"), why: z.enum(["bad-token", "expired"]) }),
]);

/** `token`: the key of the wallboard (`wallboard.key`), the service secret, or an operator's session token. */
export const wallboardHelloSchema = z.object({ kind: z.literal("hello"), token: z.string().min(1).max(4096) });

export type Wallboard = z.infer<typeof wallboardSchema>;
export type WallboardFrame = z.infer<typeof wallboardFrameSchema>;
