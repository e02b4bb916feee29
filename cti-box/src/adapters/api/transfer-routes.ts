/** Transfers of a call: asked for, consulted, handed over, cancelled. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { requestTransferSchema, turnConsultationSchema, ulidSchema } from "../../../contracts/index.ts";
import type { CallId, OperatorId, TransferId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { sessionOf } from "./authorise.ts";
import { settled } from "./problem.ts";
import type { Sessions } from "./sessions.ts";

const callParams = z.object({ callId: ulidSchema });
const transferParams = callParams.extend({ transferId: ulidSchema });

export function transferRoutes(app: FastifyInstance, { commands }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.post(
    "/api/calls/:callId/transfers",
    { schema: { params: callParams, body: requestTransferSchema } },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const { body } = request;
      const order = {
        ...body,
        transferId: body.transferId as TransferId,
        target:
          body.target.kind === "office"
            ? body.target
            : { kind: "operator" as const, operatorId: body.target.operatorLogin as OperatorId },
      };
      settled(await commands.requestTransfer(request.params.callId as CallId, operatorId, order));
      return reply.code(202).send({ transferId: body.transferId });
    },
  );

  api.delete(
    "/api/calls/:callId/transfers/:transferId",
    { schema: { params: transferParams } },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const { callId, transferId } = request.params;
      settled(await commands.cancelTransfer(callId as CallId, operatorId, transferId as TransferId));
      return reply.code(204).send();
    },
  );

  api.put(
    "/api/calls/:callId/transfers/:transferId/consultation",
    { schema: { params: transferParams, body: turnConsultationSchema } },
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
    { schema: { params: transferParams } },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const { callId, transferId } = request.params;
      settled(await commands.completeTransfer(callId as CallId, operatorId, transferId as TransferId));
      return reply.code(204).send();
    },
  );
}
