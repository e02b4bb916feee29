/** Configuration of the hub: where it listens, who it is, which offices it knows by which keys. */
import { z } from "zod";
import { officeId } from "../contract/objects.ts";

const jwk = z.looseObject({ kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string() });

export const hubConfigSchema = z.strictObject({
  listen: z.strictObject({ host: z.string().default("127.0.0.1"), port: z.int().min(0).max(65_535) }),
  dataDirectory: z.string().min(1),
  privateKey: jwk.extend({ d: z.string() }),
  offices: z.array(z.strictObject({ officeId, label: z.string(), endpoint: z.url(), publicKey: jwk })).min(1),
});

export type HubConfig = z.infer<typeof hubConfigSchema>;
