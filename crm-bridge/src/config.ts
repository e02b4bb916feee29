/** Configuration of one office's bridge. */
import { z } from "zod";
import { topicCategorySchema } from "../contracts/index.ts";
import { requestTrackerConfigSchema } from "./connectors/request-tracker/request-tracker-config.ts";

const officeId = z.string().regex(/^[a-z0-9_-]{2,32}(:[A-Z0-9]{6})?$/, "is not an IPA code such as c_b180");
const jwk = z.looseObject({ kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string() });

export const bridgeConfigSchema = z.strictObject({
  office: z.strictObject({ officeId, label: z.string().min(1).max(160) }),
  listen: z.strictObject({ host: z.string().default("127.0.0.1"), port: z.int().min(0).max(65_535) }),
  /** The office's box: its events are read with this secret, its keys check operators' tokens. */
  box: z.strictObject({ url: z.url(), serviceSecret: z.string().min(16) }),
  /** The ticket exchange; absent: tickets stay in the office. */
  hub: z.strictObject({ url: z.url(), privateKey: jwk.extend({ d: z.string() }), hubKey: jwk }).optional(),
  dataDirectory: z.string().min(1),
  connector: z
    .discriminatedUnion("kind", [z.strictObject({ kind: z.literal("built-in") }), requestTrackerConfigSchema])
    .default({ kind: "built-in" }),
  /** Tickets put in at the first start, for trying things out. */
  seedTickets: z
    .array(
      z.strictObject({
        ticketId: z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
        subject: z.string().min(3).max(120),
        description: z.string().max(8_000).default(""),
        category: topicCategorySchema,
        phone: z.string().regex(/^\+[1-9][0-9]{4,14}$/),
        givenName: z.string().optional(),
        familyName: z.string().optional(),
      }),
    )
    .default([]),
});

export type BridgeConfig = z.infer<typeof bridgeConfigSchema>;
