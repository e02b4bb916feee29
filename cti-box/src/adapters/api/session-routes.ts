/** Signing in and out, one-time codes, availability, the keys that tokens are checked with. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { operatorLoginSchema, sessionSchema, setAvailabilitySchema, signInSchema } from "../../../contracts/index.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireService, sessionOf } from "./authorise.ts";
import { ProblemError } from "./problem.ts";
import { noContent } from "./openapi/route-description.ts";
import type { Sessions } from "./sessions.ts";

/** Sign-ins per minute and address: a person who mistypes is not locked out, a guesser gets nowhere. */
const signInsPerMinute = 20;

export function sessionRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const rateLimit = { max: signInsPerMinute, timeWindow: "1 minute" };

  api.post(
    "/api/sessions",
    {
      config: {
        rateLimit,
        api: {
          id: "signIn",
          summary: "Signs an operator in; an older session of the operator ends",
          who: "anybody",
          problems: ["wrong-credentials"],
        },
      },
      schema: { body: signInSchema, response: { 201: sessionSchema } },
    },
    async (request, reply) => {
      const { body } = request;
      const opened =
        "oneTimeCode" in body
          ? await sessions.redeemCode(body.oneTimeCode)
          : await sessions.signIn(body.login, body.password);
      if (opened === null) {
        parts.log.warn({ from: request.ip, login: "login" in body ? body.login : "one-time code" }, "sign-in refused");
        throw new ProblemError("wrong-credentials");
      }
      parts.log.info({ operator: opened.operator.login }, "operator signed in");
      return reply.code(201).send(opened.session);
    },
  );

  api.get(
    "/api/sessions/current",
    {
      config: { api: { id: "readSession", summary: "The session that the token is of", who: "operator" } },
      schema: { response: { 200: sessionSchema } },
    },
    async (request) => (await sessionOf(request, sessions)).session,
  );

  api.delete(
    "/api/sessions/current",
    {
      config: { api: { id: "signOut", summary: "Ends the session", who: "operator" } },
      schema: { response: { 204: noContent } },
    },
    async (request, reply) => {
      sessions.close(await sessionOf(request, sessions), "signed-out");
      return reply.code(204).send();
    },
  );
}

export function availabilityRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.put(
    "/api/operators/me/availability",
    {
      config: { api: { id: "setAvailability", summary: "Available for calls, or away", who: "operator" } },
      schema: { body: setAvailabilitySchema, response: { 204: noContent } },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      parts.desk.setAvailability(operatorId, request.body.availability);
      return reply.code(204).send();
    },
  );
}

/** What lets others in, or lets them check who was: codes for one sign-in, and the keys of tokens. */
export function codeAndKeyRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.post(
    "/api/one-time-codes",
    {
      config: {
        api: {
          id: "issueOneTimeCode",
          summary: "A code that signs the operator in once, within ten minutes",
          who: "program",
          problems: ["not-found"],
        },
      },
      schema: {
        body: z.strictObject({ login: operatorLoginSchema }),
        response: { 201: z.object({ oneTimeCode: z.string() }) },
      },
    },
    async (request, reply) => {
      requireService(request, parts);
      const code = sessions.issueCode(request.body.login);
      if (code === null) throw new ProblemError("not-found");
      return reply.code(201).send({ oneTimeCode: code });
    },
  );

  api.get(
    "/api/keys",
    {
      config: { api: { id: "listKeys", summary: "Public keys of session tokens, as a JWK set", who: "anybody" } },
      schema: { response: { 200: z.object({ keys: z.array(z.looseObject({})) }) } },
    },
    () => ({ keys: [{ ...parts.signer.publicJwk }] }),
  );
}
