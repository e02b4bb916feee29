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

export const reportSpanSchema = z.strictObject({
  /** Calls that came from this time on, and before that one. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
