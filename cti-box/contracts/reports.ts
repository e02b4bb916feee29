/** Reports of an office. None of them is about a single operator (Legge 300/1970, art. 4). */
import { z } from "zod";
import { officeIdSchema, timestampSchema } from "./identifiers.ts";

const traffic = { calls: z.int().min(0), minutes: z.number().min(0) };
/** Without taxes, in the report's currency; null when the office has set no prices (`costs`). */
const cost = z.number().min(0).nullable();

/** Minutes between offices that stayed on the network, and what a carrier would have charged the office that handed the calls over. */
export const costReportSchema = z.object({
  officeId: officeIdSchema,
  /** The span that was asked for; null: open. */
  from: timestampSchema.nullable(),
  to: timestampSchema.nullable(),
  /** ISO 4217. */
  currency: z.string().length(3).nullable(),
  onNet: z.object({ ...traffic, wouldHaveCost: cost }),
  toOffices: z.array(z.object({ officeId: z.string(), ...traffic, wouldHaveCost: cost })),
  fromOffices: z.object(traffic),
  pstnIn: z.object(traffic),
  pstnOut: z.object({ ...traffic, cost }),
  /** Legs to other offices that went over a carrier. */
  paidTransfers: z.int().min(0),
});
export type CostReport = z.infer<typeof costReportSchema>;

const count = z.int().min(0);

/** How citizens rated the service after their calls, by queue. Of calls whose records are not kept any more, whole months count. */
export const ratingReportSchema = z.object({
  officeId: officeIdSchema,
  from: timestampSchema.nullable(),
  to: timestampSchema.nullable(),
  /** `asked`: calls after which the citizen was asked; the rest answered 1, 2 or 3. */
  queues: z.array(
    z.object({ queueId: z.string(), asked: count, satisfied: count, neither: count, notSatisfied: count }),
  ),
});
export type RatingReport = z.infer<typeof ratingReportSchema>;

const transferCounts = z.object({ transferred: count, failed: count });

/**
 * Transfers of operators: `attended` when they spoke with the other side first, or meant to. Left out are those of records in which it was not noted.
 * Of calls whose records are not kept any more, whole months count.
 */
export const transferReportSchema = z.object({
  officeId: officeIdSchema,
  from: timestampSchema.nullable(),
  to: timestampSchema.nullable(),
  blind: transferCounts,
  attended: transferCounts,
});
export type TransferReport = z.infer<typeof transferReportSchema>;

export const reportSpanSchema = z.strictObject({
  /** Calls that came from this time on, and before that one. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
