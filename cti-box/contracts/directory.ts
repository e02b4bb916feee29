/** The directory: offices of the network that a call can be transferred to, and the operators of this office. */
import { z } from "zod";
import { operatorStateSchema } from "./commands.ts";
import { officeIdSchema, operatorLoginSchema, timestampSchema } from "./identifiers.ts";

export const officeEntrySchema = z.object({
  officeId: officeIdSchema,
  label: z.string(),
  topics: z.array(z.string()),
  languages: z.array(z.string()),
  /** Opening state at the time of the answer; `unknown` when the directory holds no hours for it. */
  openState: z.enum(["open", "closed", "unknown"]),
  /** Free of charge: reached over the network of offices. An office without an on-net route is listed with `none` and cannot be chosen. */
  tariff: z.enum(["on-net", "none"]),
  isOwnOffice: z.boolean(),
});

export const operatorEntrySchema = z.object({
  login: operatorLoginSchema,
  displayName: z.string(),
  extension: z.string(),
  state: operatorStateSchema,
  /** Until when who asks waits to be called back because this colleague is free; null: does not. */
  recallUntil: timestampSchema.nullable(),
});

/** GET /api/directory?q=…: offices and operators whose name, topic or extension contains every word of `q` (accents and case ignored). */
export const directorySchema = z.object({
  offices: z.array(officeEntrySchema),
  operators: z.array(operatorEntrySchema),
  /** `q` as a telephone number outside of the network (E.164), when this operator may transfer calls there, at the office's cost. */
  number: z.string().nullable(),
});

export type OfficeEntry = z.infer<typeof officeEntrySchema>;
export type OperatorEntry = z.infer<typeof operatorEntrySchema>;
export type Directory = z.infer<typeof directorySchema>;
