/** An operator who found a colleague busy is told over the channel (`colleague-free`) when both are free. */
import { z } from "zod";
import { operatorLoginSchema, timestampSchema } from "./identifiers.ts";

/** Answer of GET /api/free-notices: whom the operator waits for, and until when. */
export const freeNoticesSchema = z.object({
  items: z.array(z.object({ login: operatorLoginSchema, until: timestampSchema })),
});
