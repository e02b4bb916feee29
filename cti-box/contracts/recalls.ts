/** An operator who found a colleague busy is called back when both are free: the own phone rings, then the colleague's. */
import { z } from "zod";
import { operatorLoginSchema, timestampSchema } from "./identifiers.ts";

/** Answer of GET /api/recalls: whom the operator waits for, and until when. `recalling`: the own phone rings with it now. */
export const recallsSchema = z.object({
  items: z.array(
    z.object({ login: operatorLoginSchema, until: timestampSchema, stage: z.enum(["waiting", "recalling"]) }),
  ),
});
export type Recalls = z.infer<typeof recallsSchema>;
