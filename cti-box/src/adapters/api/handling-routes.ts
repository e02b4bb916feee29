/** Forwarding and do not disturb: of the own calls, and of any operator's for supervisors, administrators and programs of the office. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { callHandlingListSchema, callHandlingSchema, operatorLoginSchema } from "../../../contracts/index.ts";
import type { OperatorId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { isService, requireRole, sessionOf } from "./authorise.ts";
import { handlingFrom, handlingToContract } from "./handling-to-contract.ts";
import { noContent } from "./openapi/route-description.ts";
import { ProblemError, settled } from "./problem.ts";
import type { Sessions } from "./sessions.ts";

const changers = ["supervisor", "administrator"] as const;
const params = z.object({ login: z.union([z.literal("me"), operatorLoginSchema]) });

export function handlingRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.get(
    "/api/call-handling",
    {
      config: {
        api: {
          id: "listCallHandling",
          summary: "Forwarding and do not disturb of everybody",
          who: { roles: changers },
        },
      },
      schema: { response: { 200: callHandlingListSchema } },
    },
    async (request) => {
      await requireRole(request, { parts, sessions }, changers);
      const items = parts.handlings.list();
      return {
        items: items.map(({ operatorId, handling }) => ({ login: operatorId, handling: handlingToContract(handling) })),
      };
    },
  );

  api.get(
    "/api/operators/:login/call-handling",
    {
      config: {
        api: {
          id: "readCallHandling",
          summary: "Forwarding and do not disturb; of others for supervisors and administrators",
          who: "operator-or-program",
          problems: ["not-allowed", "unknown-operator"],
        },
      },
      schema: { params, response: { 200: callHandlingSchema } },
    },
    async (request) => {
      const { operatorId } = await operatorOf(request, parts, sessions);
      return handlingToContract(parts.handlings.handlingOf(operatorId));
    },
  );

  api.put(
    "/api/operators/:login/call-handling",
    {
      config: {
        api: {
          id: "setCallHandling",
          summary: "Sets forwarding and do not disturb; of others for supervisors and administrators",
          who: "operator-or-program",
          problems: ["not-allowed", "unknown-operator", "unknown-target", "target-not-allowed"],
        },
      },
      schema: { params, body: callHandlingSchema, response: { 204: noContent } },
    },
    async (request, reply) => {
      const { operatorId, changedBy } = await operatorOf(request, parts, sessions);
      settled(await parts.handlings.set(operatorId, handlingFrom(request.body), changedBy));
      return reply.code(204).send();
    },
  );
}

/** Whose handling is meant, and who asks. */
async function operatorOf(
  request: FastifyRequest<{ Params: z.infer<typeof params> }>,
  parts: ApiParts,
  sessions: Sessions,
): Promise<{ operatorId: OperatorId; changedBy: string }> {
  const { login } = request.params;
  const isProgram = isService(request.headers.authorization, parts);
  const session = isProgram && login !== "me" ? null : await sessionOf(request, sessions);
  const isOwn = session !== null && (login === "me" || login === session.operator.login);
  if (session !== null && !isOwn) await requireRole(request, { parts, sessions }, changers);
  const operatorId = session !== null && isOwn ? session.operatorId : (login as OperatorId);
  if (!parts.handlings.list().some((one) => one.operatorId === operatorId)) throw new ProblemError("unknown-operator");
  return { operatorId, changedBy: session?.operator.login ?? "program" };
}
