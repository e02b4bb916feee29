/** What every page of the office is told of the others: colleagues, offices, calls that any operator may take, citizens who are to be called back. */
import { z } from "zod";
import { callbacksSchema, operatorStateSchema, parkedCallsSchema } from "./commands.ts";
import { officeEntrySchema } from "./directory.ts";
import { officeIdSchema, operatorLoginSchema } from "./identifiers.ts";
import { recallsSchema } from "./recalls.ts";

const colleagueSchema = z.object({
  login: operatorLoginSchema,
  displayName: z.string(),
  state: operatorStateSchema,
});

/** All but `colleague-state` come right after the welcome, and again as a whole when something of them changes. */
export const officeNewsSchema = z.discriminatedUnion("topic", [
  z.object({ topic: z.literal("colleagues"), items: z.array(colleagueSchema) }),
  z.object({ topic: z.literal("colleague-state"), login: operatorLoginSchema, state: operatorStateSchema }),
  /** Colleagues whom this operator waits for. */
  z.object({ topic: z.literal("recalls"), items: recallsSchema.shape.items }),
  z.object({
    topic: z.literal("offices"),
    items: z.array(z.object({ officeId: officeIdSchema, openState: officeEntrySchema.shape.openState })),
  }),
  z.object({ topic: z.literal("parked-calls"), items: parkedCallsSchema.shape.items }),
  /** Of this operator's queues only; of all for supervisors. */
  z.object({
    topic: z.literal("callbacks"),
    items: z.array(
      callbacksSchema.shape.items.element.pick({ callId: true, queueId: true, number: true, since: true, state: true }),
    ),
  }),
]);
export type OfficeNews = z.infer<typeof officeNewsSchema>;
