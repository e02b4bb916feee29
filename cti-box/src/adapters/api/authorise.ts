/** Who is asking: an operator with a session token, or a program of the office with its service secret. */
import type { FastifyRequest } from "fastify";
import type { ApiParts } from "./api-parts.ts";
import { ProblemError } from "./problem.ts";
import type { Role } from "../../../contracts/index.ts";
import { isEqual, type OpenSession, type Sessions } from "./sessions.ts";

export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{1,4096})$/.exec(authorization ?? "")?.[1] ?? null;
}

/** The operator's session. Throws the problem `not-signed-in`. */
export async function sessionOf(request: FastifyRequest, sessions: Sessions): Promise<OpenSession> {
  const token = bearerOf(request.headers.authorization);
  const session = token === null ? null : await sessions.find(token);
  if (session === null) throw new ProblemError("not-signed-in");
  return session;
}

/** The office's own programs hold this secret. */
export function isService(authorization: string | undefined, parts: ApiParts): boolean {
  const secret = parts.options.crmBridge?.serviceSecret;
  const bearer = bearerOf(authorization);
  return secret !== undefined && bearer !== null && isEqual(bearer, secret);
}

export function requireService(request: FastifyRequest, parts: ApiParts): void {
  if (!isService(request.headers.authorization, parts)) throw new ProblemError("not-signed-in");
}

/** A program of the office, or an operator with one of these roles. Throws the problem `not-signed-in` or `not-allowed`. */
export async function requireRole(
  request: FastifyRequest,
  { parts, sessions }: { parts: ApiParts; sessions: Sessions },
  roles: readonly Role[],
): Promise<void> {
  if (isService(request.headers.authorization, parts)) return;
  const { operator } = await sessionOf(request, sessions);
  if (!operator.roles.some((role) => roles.includes(role))) throw new ProblemError("not-allowed");
}

/** Who asks, for records of changes: an operator's login, or a program of the office and for whom it says that it asks. */
export async function nameOfAsker(
  request: FastifyRequest,
  { parts, sessions }: { parts: ApiParts; sessions: Sessions },
): Promise<string> {
  if (!isService(request.headers.authorization, parts)) return (await sessionOf(request, sessions)).operator.login;
  const principal = request.headers["x-la2-on-behalf-of"];
  const isName = typeof principal === "string" && /^[\x21-\x7e]{1,64}$/.test(principal);
  return isName ? `program, for ${principal}` : "program";
}
