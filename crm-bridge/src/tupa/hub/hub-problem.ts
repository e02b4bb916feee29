/** Errors of the hub as problem details (contract §6.7). Whether a ticket exists is never told to who is no party of it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Log } from "../../application/ports.ts";
import type { TokenCheck } from "../contract/office-tokens.ts";
import type { Outcome } from "./hub-operations.ts";

const statusOf: Readonly<Record<string, number>> = {
  "not-found": 404,
  "not-allowed": 403,
  "invalid-transition": 409,
  "transfer-pending": 409,
  "already-decided": 409,
  "too-late": 409,
  "self-transfer": 422,
  "hop-limit": 422,
  "unknown-office": 422,
  "idempotency-mismatch": 422,
  "invalid-token": 401,
  malformed: 400,
  validation: 422,
};

export class Problem extends Error {
  readonly slug: string;
  constructor(slug: string) {
    super(slug);
    this.slug = slug;
  }
}

/** The value, or the problem thrown. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Problem(outcome.refusal);
  return outcome.value;
}

export function handleErrors(app: FastifyInstance, log: Log): void {
  const problem = (reply: FastifyReply, slug: string, errors?: object[]): FastifyReply => {
    const status = statusOf[slug] ?? 500;
    return reply
      .code(status)
      .type("application/problem+json")
      .send({ type: `/problems/${slug}`, title: slug, status, ...(errors && { errors }) });
  };
  app.setNotFoundHandler((_request, reply) => problem(reply, "not-found"));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const route = request.routeOptions.url ?? "";
    if (error instanceof Problem) {
      log.warn({ reason: error.slug, route }, "a request was refused");
      return problem(reply, error.slug);
    }
    if (error instanceof z.ZodError) {
      log.warn({ reason: "validation", route }, "a request was refused");
      return problem(
        reply,
        "validation",
        error.issues.map((issue) => ({ pointer: `/${issue.path.join("/")}`, detail: issue.message })),
      );
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ error: String(error), stack: error.stack ?? "", route }, "a request failed");
    return reply
      .code(status)
      .type("application/problem+json")
      .send({ type: "/problems/error", title: status < 500 ? "malformed" : "internal", status });
  });
}

/** The office that signed the request. */
export async function officeOf(request: FastifyRequest, check: TokenCheck): Promise<string> {
  const officeId = await check(request.headers.authorization);
  if (officeId === null) throw new Problem("invalid-token");
  return officeId;
}
