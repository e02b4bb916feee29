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
import { parkedToContract } from "./to-contract.ts";

const takingProblems = ["wrong-state", "already-busy", "no-phone"] as const;

export function parkedRoutes(app: FastifyInstance, { commands, queries }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.get(
    "/api/parked-calls",
    {
      config: { api: { id: "listParkedCalls", summary: "Parked calls, the oldest first", who: "operator" } },
      schema: { response: { 200: parkedCallsSchema } },
    },
    async (request) => {
      await sessionOf(request, sessions);
      return { items: queries.parkedCalls().map(parkedToContract) };
    },
  );

  const taken = { 202: pickedUpSchema };
  api.post(
    "/api/calls/:callId/retrieval",
    {
      config: {
        api: {
          id: "retrieveCall",
          summary: "Takes a parked call up; it rings at the own phone",
          who: "operator",
          problems: ["unknown-call", ...takingProblems],
        },
      },
      schema: { params: z.object({ callId: ulidSchema }), response: taken },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const result = await commands.retrieve(operatorId, request.params.callId as CallId);
      settled(result);
      return reply.code(202).send({ callId: result.callId });
    },
  );

  api.post(
    "/api/operators/:login/pick-up",
    {
      config: {
        api: {
          id: "pickUpCall",
          summary: "Takes the call that rings at a colleague's; it rings at the own phone",
          who: "operator",
          problems: ["unknown-target", "target-not-allowed", ...takingProblems],
        },
      },
      schema: { params: z.object({ login: operatorLoginSchema }), response: taken },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const result = await commands.pickUp(operatorId, request.params.login as OperatorId);
      settled(result);
      return reply.code(202).send({ callId: result.callId });
    },
  );
}
