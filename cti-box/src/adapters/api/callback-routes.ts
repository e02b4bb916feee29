/** Citizens who kept their place in a queue and are to be called back. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { callbacksSchema } from "../../../contracts/index.ts";
import type { ApiParts, OperatorAccount } from "./api-parts.ts";
import { sessionOf } from "./authorise.ts";
import type { Sessions } from "./sessions.ts";
import { callbackToContract } from "./to-contract.ts";

export function callbackRoutes(app: FastifyInstance, { queries }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.get(
    "/api/callbacks",
    {
      config: {
        api: { id: "listCallbacks", summary: "Citizens who are to be called back, by their places", who: "operator" },
      },
      schema: { response: { 200: callbacksSchema } },
    },
    async (request) => {
      const { operator } = await sessionOf(request, sessions);
      const items = queries
        .callbacks()
        .filter(({ queueId }) => mayKnow(operator, queueId))
        .map(callbackToContract);
      return { items };
    },
  );
}

/** Whoever serves the queue, and who answers for the whole office. */
export function mayKnow({ roles, queues }: Pick<OperatorAccount, "roles" | "queues">, queueId: string): boolean {
  return roles.includes("supervisor") || queues.some((queue) => queue.queueId === queueId);
}
