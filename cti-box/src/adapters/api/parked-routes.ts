/** Calls that any operator may take: parked ones, and those that ring at a colleague's. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { operatorLoginSchema, parkedCallsSchema, pickedUpSchema, ulidSchema } from "../../../contracts/index.ts";
import type { CallId, OperatorId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { sessionOf } from "./authorise.ts";
import { settled } from "./problem.ts";
import type { Sessions } from "./sessions.ts";
import { time } from "./to-contract.ts";

export function parkedRoutes(app: FastifyInstance, { commands, queries }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.get("/api/parked-calls", { schema: { response: { 200: parkedCallsSchema } } }, async (request) => {
    await sessionOf(request, sessions);
    const items = queries.parkedCalls().map(({ parkedAtMs, ...rest }) => ({ ...rest, parkedAt: time(parkedAtMs) }));
    return { items };
  });

  const taken = { 202: pickedUpSchema };
  api.post(
    "/api/calls/:callId/retrieval",
    { schema: { params: z.object({ callId: ulidSchema }), response: taken } },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const result = await commands.retrieve(operatorId, request.params.callId as CallId);
      settled(result);
      return reply.code(202).send({ callId: result.callId });
    },
  );

  api.post(
    "/api/operators/:login/pick-up",
    { schema: { params: z.object({ login: operatorLoginSchema }), response: taken } },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const result = await commands.pickUp(operatorId, request.params.login as OperatorId);
      settled(result);
      return reply.code(202).send({ callId: result.callId });
    },
  );
}
