/** What is read of RT's answers. More fields than these are welcome: RT's version, extensions and rights decide what else is there. */
import { z } from "zod";

/** RT gives ids as text or number, depending on the version and the place. */
const id = z.union([z.string(), z.number()]).transform(String);
/** A field that the account may not see comes empty, or not at all. */
const field = z.string().nullish().catch(null);

const userSchema = z.object({ MobilePhone: field, WorkPhone: field, HomePhone: field });
const customFieldSchema = z.object({ name: z.string(), values: z.array(z.unknown()) });
const linkSchema = z.object({ ref: z.string(), _url: z.string().optional() });

export const foundTicketSchema = z.object({
  id: id.pipe(z.string().regex(/^[0-9]+$/)),
  Subject: z
    .string()
    .nullish()
    .transform((text) => text ?? ""),
  Status: z.string(),
  LastUpdated: z.iso.datetime({ offset: true }),
  Requestor: z.array(userSchema).catch([]).default([]),
  CustomFields: z.array(customFieldSchema).catch([]).default([]),
  _hyperlinks: z.array(linkSchema).catch([]).default([]),
});
export const foundTicketsSchema = z.object({ items: z.array(foundTicketSchema) });
export type FoundTicket = z.infer<typeof foundTicketSchema>;

export const countSchema = z.object({ count: z.int().min(0) });
export const ticketIdsSchema = z.object({ items: z.array(z.object({ id })) });
export const createdSchema = z.object({ id: id.pipe(z.string().regex(/^[0-9]+$/)) });
export const ticketStatusSchema = z.object({ Status: z.string() });
/** Answers of changes: sentences for people, one per change. */
export const sentencesSchema = z.array(z.string());
