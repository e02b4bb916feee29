/** Being called back when a busy colleague is free: asked for, listed, cancelled by the operator it is for. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { recallsSchema, operatorLoginSchema } from "../../../contracts/index.ts";
import type { OperatorId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { sessionOf } from "./authorise.ts";
import { noContent } from "./openapi/route-description.ts";
import { settled } from "./problem.ts";
import type { Sessions } from "./sessions.ts";
import { recallToContract } from "./to-contract.ts";

export function recallRoutes(app: FastifyInstance, { recalls }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const schema = { params: z.object({ login: operatorLoginSchema }), response: { 204: noContent } };

  api.get(
    "/api/recalls",
    {
      config: {
        api: { id: "listRecalls", summary: "Colleagues whom the operator waits for", who: "operator" },
      },
      schema: { response: { 200: recallsSchema } },
    },
    async (request) => {
      const { operatorId } = await sessionOf(request, sessions);
      return { items: recalls.of(operatorId).map(recallToContract) };
    },
  );

  api.put(
    "/api/recalls/:login",
    {
      config: {
        api: {
          id: "askRecall",
          summary: "Calls back when this colleague and the own phone are free, within half an hour",
          who: "operator",
          problems: ["unknown-target", "target-not-allowed"],
        },
      },
      schema,
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      settled(recalls.ask(operatorId, request.params.login as OperatorId));
      return reply.code(204).send();
    },
  );

  api.delete(
    "/api/recalls/:login",
    {
      config: { api: { id: "cancelRecall", summary: "Waits for this colleague no longer", who: "operator" } },
      schema,
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      recalls.cancel(operatorId, request.params.login as OperatorId);
      return reply.code(204).send();
    },
  );
}
