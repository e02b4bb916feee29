/** Being told when a busy colleague is free: asked for, listed, cancelled by the operator it is for. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { freeNoticesSchema, operatorLoginSchema } from "../../../contracts/index.ts";
import type { OperatorId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { sessionOf } from "./authorise.ts";
import { noContent } from "./openapi/route-description.ts";
import { settled } from "./problem.ts";
import type { Sessions } from "./sessions.ts";
import { time } from "./to-contract.ts";

export function freeNoticeRoutes(app: FastifyInstance, { freeNotices }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const schema = { params: z.object({ login: operatorLoginSchema }), response: { 204: noContent } };

  api.get(
    "/api/free-notices",
    {
      config: {
        api: { id: "listFreeNotices", summary: "Colleagues whom the operator waits for", who: "operator" },
      },
      schema: { response: { 200: freeNoticesSchema } },
    },
    async (request) => {
      const { operatorId } = await sessionOf(request, sessions);
      const items = freeNotices.of(operatorId);
      return { items: items.map(({ colleague, untilMs }) => ({ login: colleague, until: time(untilMs) })) };
    },
  );

  api.put(
    "/api/free-notices/:login",
    {
      config: {
        api: {
          id: "askFreeNotice",
          summary: "Tells over the channel when this colleague and the own phone are free, within half an hour",
          who: "operator",
          problems: ["unknown-target", "target-not-allowed"],
        },
      },
      schema,
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      settled(freeNotices.ask(operatorId, request.params.login as OperatorId));
      return reply.code(204).send();
    },
  );

  api.delete(
    "/api/free-notices/:login",
    {
      config: { api: { id: "cancelFreeNotice", summary: "Waits for this colleague no longer", who: "operator" } },
      schema,
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      freeNotices.cancel(operatorId, request.params.login as OperatorId);
      return reply.code(204).send();
    },
  );
}
