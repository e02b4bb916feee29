/**
 * Real-time text of a call (EN 301 549 clause 6.2) between the box and a page, over the operator channel. Characters go as they are typed, in both directions, and
 * are kept by nobody: not in events, records nor traces. U+0008 takes the last character back, U+2028 begins a new line, U+FFFD stands where text was lost.
 */
import { z } from "zod";
import { ulidSchema } from "./identifiers.ts";

/** What a page sends at once: usually one character; a pasted paragraph in pieces. */
const writtenSchema = z
  .string()
  .min(1)
  .max(500)
  .regex(/^(?:[\b]|\P{Cc})+$/u, "control characters");

/** Who writes. `voiceId`: the same for all that this party writes in the call. */
export const textVoiceSchema = z.object({
  voiceId: z.string().min(1).max(64),
  kind: z.enum(["citizen", "colleague", "office"]),
  name: z.string().nullable(),
});

/** How the other side is written to: `page` of a colleague, `rtp` (RFC 4103), `message` (RFC 3428, between offices); `none`: it has no text. */
export const textChannelSchema = z.enum(["none", "page", "rtp", "message"]);

export const textFromBoxSchema = z.object({
  kind: z.literal("text"),
  callId: ulidSchema,
  from: textVoiceSchema,
  text: z.string().min(1),
});
/** Whenever it changes; a call of which nothing was told has none. `later`: who is on hold or waits does not read now. */
export const textChannelFrameSchema = z.object({
  kind: z.literal("text-channel"),
  callId: ulidSchema,
  channel: textChannelSchema,
  isRead: z.enum(["now", "later"]),
});
/** What the page has sent last was read by nobody. */
export const textRefusedSchema = z.object({
  kind: z.literal("text-refused"),
  callId: ulidSchema,
  why: z.enum(["not-in-conversation", "no-text", "too-fast", "lost"]),
});

export const textToBoxSchema = z.object({ kind: z.literal("text"), callId: ulidSchema, text: writtenSchema });
