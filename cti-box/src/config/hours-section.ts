/** Opening hours of an office or a queue. */
import { z } from "zod";
import { isTimeZone } from "../domain/routing/open-state.ts";

const weekday = z.enum(["1", "2", "3", "4", "5", "6", "7"]);
const span = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    error: "is not a span of hours such as 08:30-13:00",
    abort: true,
  })
  .refine((text) => text.slice(0, 5) < text.slice(6), { error: "ends before it begins" });
const date = z.iso.date("is not a date such as 2026-12-24");
const closure = z
  .strictObject({ from: date, to: date })
  .refine(({ from, to }) => from <= to, { error: "ends before it begins" });

export const openingHours = z.strictObject({
  timeZone: z
    .string()
    .refine((name) => isTimeZone(name), { error: "is not a time zone such as Europe/Rome" })
    .default("Europe/Rome"),
  /** Local opening spans per ISO weekday (1 Monday … 7 Sunday), `HH:MM-HH:MM`. */
  weekly: z.partialRecord(weekday, z.array(span)),
  /** Public holidays that close the office, Easter Monday among them. */
  holidays: z.enum(["italian", "none"]).default("italian"),
  /** Day of the patron saint, `MM-DD`. 2024 had a 29 February. */
  patronDay: z
    .string()
    .refine((text) => z.iso.date().safeParse(`2024-${text}`).success, { error: "is not a day such as 06-24" })
    .nullable()
    .default(null),
  /** Days off, both ends included. */
  closures: z.array(closure).default([]),
});
