/** What offices ask the hub to do. Every POST carries an Idempotency-Key: the same request again gets the same answer (contract §6.6). */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import {
  acceptanceSchema,
  closureSchema,
  refusalSchema,
  returnSchema,
  reopeningSchema,
  ticketRegistrationSchema,
  transferRequestSchema,
  ulid,
  updateSchema,
  withdrawalSchema,
} from "../contract/objects.ts";
import type { TokenCheck } from "../contract/office-tokens.ts";
import type { Deliveries } from "./deliver.ts";
import type { HubOperations } from "./hub-operations.ts";
import { officeOf, Problem, unwrap } from "./hub-problem.ts";
import type { HubStore } from "./hub-store.ts";

type Answer = { status: number; body: object };
type Work = (call: { officeId: string; params: Record<string, string>; body: unknown }) => Answer | Promise<Answer>;

export function writingRoutes(app: FastifyInstance, parts: WritingParts): void {
  const post = repeatablePost(app, parts);
  transferRoutes(post, parts);
  ticketRoutes(post, parts);
}

type WritingParts = { store: HubStore; check: TokenCheck; operations: HubOperations; deliveries: Deliveries };
type Post = (path: string, work: Work) => void;

function repeatablePost(app: FastifyInstance, parts: WritingParts): Post {
  const inProgress = new Map<string, Promise<Answer>>();
  return (path, work) => {
    app.post(`/tupa/v1${path}`, async (request, reply) => {
      const officeId = await officeOf(request, parts.check);
      const key = ulid.parse(request.headers["idempotency-key"]);
      const requestHash = createHash("sha256")
        .update(`${request.url}\n${JSON.stringify(request.body)}`)
        .digest("hex");
      const known = parts.store.remembered(officeId, key);
      if (known !== null) {
        if (known.requestHash !== requestHash) throw new Problem("idempotency-mismatch");
        return reply
          .code(known.status)
          .header("idempotency-replayed", "true")
          .type("application/json")
          .send(known.body);
      }
      const lane = `${officeId} ${key} ${requestHash}`;
      const running = inProgress.get(lane);
      const answering =
        running ??
        Promise.resolve(work({ officeId, params: request.params as Record<string, string>, body: request.body }));
      inProgress.set(lane, answering);
      const answer = await answering.finally(() => inProgress.delete(lane));
      if (answer.status < 300) {
        parts.store.remember(officeId, key, {
          requestHash,
          status: answer.status,
          body: JSON.stringify(answer.body),
          at: new Date().toISOString(),
        });
      }
      return reply.code(answer.status).send(answer.body);
    });
  };
}

function ticketRoutes(post: Post, { operations }: WritingParts): void {
  post("/tickets", ({ officeId, body }) => {
    const { ticket, isNew } = unwrap(operations.register(officeId, ticketRegistrationSchema.parse(body)));
    return { status: isNew ? 201 : 200, body: ticket };
  });
  post("/tickets/:ticketId/updates", ({ officeId, params, body }) => ({
    status: 200,
    body: unwrap(operations.update(officeId, params["ticketId"] ?? "", updateSchema.parse(body))),
  }));
  post("/tickets/:ticketId/closure", ({ officeId, params, body }) => ({
    status: 200,
    body: unwrap(operations.closeTicket(officeId, params["ticketId"] ?? "", closureSchema.parse(body))),
  }));
  post("/tickets/:ticketId/reopening", ({ officeId, params, body }) => ({
    status: 200,
    body: unwrap(operations.reopen(officeId, params["ticketId"] ?? "", reopeningSchema.parse(body))),
  }));
}

function transferRoutes(post: Post, { operations, deliveries, store }: WritingParts): void {
  post("/tickets/:ticketId/transfers", async ({ officeId, params, body }) => {
    const { transfer } = unwrap(
      operations.requestTransfer(officeId, params["ticketId"] ?? "", transferRequestSchema.parse(body)),
    );
    // 201 delivered when the target answers in time; else 202: the hub goes on trying, the office learns it from its feed.
    await deliveries.deliver(transfer.transferId);
    const now = store.transfer(transfer.transferId) ?? transfer;
    return { status: now.status === "requested" ? 202 : 201, body: now };
  });
  post("/transfers/:transferId/acceptance", ({ officeId, params, body }) => ({
    status: 200,
    body: unwrap(operations.accept(officeId, params["transferId"] ?? "", acceptanceSchema.parse(body))).transfer,
  }));
  post("/transfers/:transferId/refusal", ({ officeId, params, body }) => ({
    status: 200,
    body: unwrap(operations.refuse(officeId, params["transferId"] ?? "", refusalSchema.parse(body))).transfer,
  }));
  post("/transfers/:transferId/withdrawal", ({ officeId, params, body }) => ({
    status: 200,
    body: unwrap(operations.withdraw(officeId, params["transferId"] ?? "", withdrawalSchema.parse(body))).transfer,
  }));
  post("/transfers/:transferId/return", ({ officeId, params, body }) => ({
    status: 200,
    body: unwrap(operations.giveBack(officeId, params["transferId"] ?? "", returnSchema.parse(body))).transfer,
  }));
}
