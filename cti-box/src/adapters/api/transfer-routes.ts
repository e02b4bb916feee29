/** Transfers of a call: asked for, consulted, handed over, cancelled. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { requestTransferSchema, turnConsultationSchema, ulidSchema } from "../../../contracts/index.ts";
import type { CallId, OperatorId, TransferId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { sessionOf } from "./authorise.ts";
import { settled } from "./problem.ts";
import { noContent } from "./openapi/route-description.ts";
import type { Sessions } from "./sessions.ts";

const callParams = z.object({ callId: ulidSchema });
const transferParams = callParams.extend({ transferId: ulidSchema });
const ownCallProblems = ["unknown-call", "not-your-call", "wrong-state"] as const;

export function transferRoutes(app: FastifyInstance, { commands }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.post(
    "/api/calls/:callId/transfers",
    {
      config: {
        api: {
          id: "requestTransfer",
          summary: "Transfers the call, with its ticket; the outcome comes over the channel",
          who: "operator",
          problems: [
            ...ownCallProblems,
            "unknown-target",
            "no-on-net-route",
            "target-not-allowed",
            "target-unavailable",
            "transfer-pending",
          ],
        },
      },
      schema: {
        params: callParams,
        body: requestTransferSchema,
        response: { 202: z.object({ transferId: ulidSchema }) },
      },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const { body } = request;
      const order = {
        ...body,
        transferId: body.transferId as TransferId,
        target:
          body.target.kind === "operator"
            ? { kind: "operator" as const, operatorId: body.target.operatorLogin as OperatorId }
            : body.target,
      };
      settled(await commands.requestTransfer(request.params.callId as CallId, operatorId, order));
      return reply.code(202).send({ transferId: body.transferId });
    },
  );

  api.delete(
    "/api/calls/:callId/transfers/:transferId",
    {
      config: {
        api: { id: "cancelTransfer", summary: "The citizen comes back", who: "operator", problems: ownCallProblems },
      },
      schema: { params: transferParams, response: { 204: noContent } },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const { callId, transferId } = request.params;
      settled(await commands.cancelTransfer(callId as CallId, operatorId, transferId as TransferId));
      return reply.code(204).send();
    },
  );
}

/** An operator speaks with the other side before handing the citizen over. */
export function consultationRoutes(app: FastifyInstance, { commands }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.put(
    "/api/calls/:callId/transfers/:transferId/consultation",
    {
      config: {
        api: {
          id: "turnConsultation",
          summary: "Speaks with the other side, or with the citizen in between",
          who: "operator",
          problems: ownCallProblems,
        },
      },
      schema: { params: transferParams, body: turnConsultationSchema, response: { 204: noContent } },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const transferId = request.params.transferId as TransferId;
      const { talkingTo } = request.body;
      settled(await commands.turnTo(request.params.callId as CallId, operatorId, { transferId, talkingTo }));
      return reply.code(204).send();
    },
  );

  api.post(
    "/api/calls/:callId/transfers/:transferId/completion",
    {
      config: {
        api: {
          id: "completeTransfer",
          summary: "Hands the citizen over after a consultation",
          who: "operator",
          problems: ownCallProblems,
        },
      },
      schema: { params: transferParams, response: { 204: noContent } },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const { callId, transferId } = request.params;
      settled(await commands.completeTransfer(callId as CallId, operatorId, transferId as TransferId));
      return reply.code(204).send();
    },
  );
}
