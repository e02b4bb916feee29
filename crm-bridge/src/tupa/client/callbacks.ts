/** The hub's way to the bridge: delivery of a transferred ticket, recognised by the hub's key. */
import type { FastifyInstance } from "fastify";
import { deliverySchema, type Delivery } from "../contract/objects.ts";
import type { TokenCheck } from "../contract/office-tokens.ts";

export type DeliveryTaken =
  | { ok: true; targetLocalTicketId: string; url: string | null }
  | { ok: false; reason: "unavailable" | "not-ours" };

/** Serves `POST /tupa-callbacks/transfers`. `take` stores the ticket; called again for the same transfer it gives the same answer. */
export function registerTupaCallbacks(
  app: FastifyInstance,
  parts: { check: TokenCheck; take: (delivery: Delivery) => Promise<DeliveryTaken> },
): void {
  app.post("/tupa-callbacks/transfers", async (request, reply) => {
    if ((await parts.check(request.headers.authorization)) === null)
      return reply.code(401).send({ title: "invalid-token" });
    const delivery = deliverySchema.safeParse(request.body);
    if (!delivery.success) return reply.code(422).send({ title: "validation" });
    const taken = await parts.take(delivery.data);
    if (!taken.ok) return reply.code(taken.reason === "not-ours" ? 422 : 503).send({ title: taken.reason });
    return reply.code(200).send({ targetLocalTicketId: taken.targetLocalTicketId, url: taken.url });
  });
}
