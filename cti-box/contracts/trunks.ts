/** The links to carriers as they are now, for administrators and the office's own programs. */
import { z } from "zod";
import { timestampSchema } from "./identifiers.ts";

export const trunkViewSchema = z.object({
  trunkId: z.string(),
  carrier: z.string(),
  priority: z.int(),
  weight: z.int(),
  capacity: z.int().nullable(),
  /** Null: only calls from the carrier. */
  outbound: z.object({ uri: z.string(), prefixes: z.array(z.string()) }).nullable(),
  calls: z.int().min(0),
  /** Calls that went out over it since the box was started. */
  placed: z.int().min(0),
  /** What OPTIONS says of it. `lastStatus` null: the last one was not answered. The whole is null where it is not asked. */
  health: z
    .object({ state: z.enum(["unknown", "up", "down"]), since: timestampSchema, lastStatus: z.int().nullable() })
    .nullable(),
  /** The office's registration at the carrier; null where it wants none. */
  registration: z
    .object({
      state: z.enum(["trying", "registered", "failed"]),
      since: timestampSchema,
      lastStatus: z.int().nullable(),
    })
    .nullable(),
});
export type TrunkView = z.infer<typeof trunkViewSchema>;
export const trunkListSchema = z.object({ items: z.array(trunkViewSchema) });
