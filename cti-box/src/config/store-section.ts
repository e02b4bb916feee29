/** Where calls are kept; absent: in `calls.sqlite` of the data directory. `LA2_POSTGRES` names the server in place of the file. */
import { z } from "zod";

export const notPostgresUrl = "is not an address such as postgres://user@host:5432/database";

export const isPostgresUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^postgres(ql)?:$/.test(url.protocol) && url.hostname !== "" && url.pathname.length > 1;
};

const postgresSchema = z.strictObject({
  /** The password stands in it, or in the environment (`PGPASSWORD`) or in `~/.pgpass`. */
  url: z.string().refine(isPostgresUrl, notPostgresUrl),
  /** Schema of the office's tables, made where it is missing; absent: named after the office. */
  schema: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, "may hold lower-case letters, digits and underscore, and begins with no digit")
    .refine((name) => !name.startsWith("pg_"), "begins with pg_, which PostgreSQL keeps for itself")
    .optional(),
});

export const storeSchema = z.strictObject({ postgres: postgresSchema });

export function placeOf(
  { url, schema }: z.infer<typeof postgresSchema>,
  officeId: string,
): { url: string; schema: string } {
  return { url, schema: schema ?? `la2_${officeId.toLowerCase().replaceAll(/[^a-z0-9]/g, "_")}` };
}
