/** The bridge's HTTP server: tickets for softphones (the box shows it to them under `/crm`), the hub's callback, health. */
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { WebSocketServer } from "ws";
import { z } from "zod";
import type { AccessTokenClaims } from "@la2-cti/cti-box/contracts";
import {
  createTicketSchema,
  searchTicketsSchema,
  ticketListSchema,
  ticketSchema,
  updateTicketSchema,
} from "../../../contracts/index.ts";
import type { TicketOrder, TicketSearch, WorkResult, Operator } from "../../application/work-on-ticket.ts";
import type { Ticket, TicketUpdate } from "../../domain/ticket.ts";
import type { OperatorChannels } from "./operator-channels.ts";
import { briefOf, ticketToContract } from "./to-contract.ts";
import type { TokenVerifier } from "./verify-token.ts";

export type ApiParts = {
  listen: { host: string; port: number };
  verify: TokenVerifier;
  channels: OperatorChannels;
  ticket(ticketId: string): Ticket | null;
  createTicket(order: TicketOrder, operator: Operator): Promise<WorkResult>;
  updateTicket(order: { ticketId: string; updateId: string; update: TicketUpdate }, operator: Operator): WorkResult;
  searchTickets(search: TicketSearch): Ticket[];
  health(): { box: string; pendingTasks: number };
  /** Further routes of the program: the hub's callback. */
  extend(app: FastifyInstance): void;
  /** Somebody asked for what is not his. */
  logRefusal(reason: string, route: string): void;
  logError(error: Error): void;
};

const problems: Readonly<Record<string, readonly [status: number, italian: string, english: string]>> = {
  "not-signed-in": [401, "Accesso necessario", "Sign in first"],
  "not-found": [404, "Ticket inesistente", "No such ticket"],
  "invalid-transition": [
    409,
    "Non è possibile nello stato attuale del ticket",
    "Not possible in the ticket's present state",
  ],
  "transfer-pending": [409, "Il ticket è in corso di trasferimento", "The ticket is on its way to another office"],
  "not-owner": [403, "Il ticket è di un altro ufficio", "The ticket belongs to another office"],
  "not-allowed": [403, "Il ruolo non lo consente", "The role does not allow it"],
  "crm-unavailable": [
    503,
    "Il sistema dei ticket non risponde: riprovare",
    "The ticket system does not answer: try again",
  ],
  validation: [422, "Dati non validi", "The data is not valid"],
  "too-large": [413, "Richiesta troppo grande", "The request is too large"],
  "too-many": [429, "Troppe richieste: riprovare fra poco", "Too many requests: try again shortly"],
  malformed: [400, "Richiesta non leggibile", "The request cannot be read"],
  internal: [500, "Errore interno", "Internal error"],
};

class Problem extends Error {}

function sendProblem(reply: FastifyReply, slug: string, faults?: object[]): FastifyReply {
  const [status, italian, english] = problems[slug] ?? [500, "Errore interno", "Internal error"];
  const title = /^\s*en/i.test(reply.request.headers["accept-language"] ?? "") ? english : italian;
  return reply
    .code(status)
    .type("application/problem+json")
    .send({ type: `/problems/${slug}`, title, status, ...(faults && { problems: faults }) });
}

function settled(result: WorkResult): Ticket {
  if (!result.ok) throw new Problem(result.reason);
  return result.ticket;
}

/** Null for who has no business with tickets: administrators care for lines and keys. */
function operatorOf(claims: AccessTokenClaims): Operator | null {
  const named = { supervisor: "supervisor", front_office: "fo", back_office: "bo" } as const;
  const held = (["supervisor", "front_office", "back_office"] as const).filter((role) => claims.roles.includes(role));
  const [widest, ...others] = held.map((role) => named[role]);
  return widest === undefined ? null : { login: claims.sub, roles: [widest, ...others] };
}

async function signedIn(request: FastifyRequest, parts: ApiParts): Promise<Operator> {
  const token = /^Bearer ([\x21-\x7e]{1,4096})$/.exec(request.headers.authorization ?? "")?.[1];
  const claims = token === undefined ? null : await parts.verify(token);
  if (claims === null) throw new Problem("not-signed-in");
  const operator = operatorOf(claims);
  if (operator === null) throw new Problem("not-allowed");
  return operator;
}

/** Listens and serves. Rejects when the address cannot be opened. */
export async function startApi(parts: ApiParts): Promise<{ url: string; close(): Promise<void> }> {
  const app = fastify({ bodyLimit: 256 * 1024, forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(helmet);
  await app.register(rateLimit, { max: 6_000, timeWindow: "1 minute" });
  handleErrors(app, parts);
  ticketRoutes(app, parts);
  app.get("/api/status", () => ({ status: "ok", ...parts.health() }));
  parts.extend(app);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  app.server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (request.url?.split("?")[0] !== "/api/operator-channel") {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => parts.channels.accept(opened));
  });
  const url = await app.listen(parts.listen);
  return {
    url,
    close: async () => {
      parts.channels.close();
      for (const client of sockets.clients) client.terminate();
      await app.close();
    },
  };
}

function handleErrors(app: FastifyInstance, parts: ApiParts): void {
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, "not-found"));
  app.setErrorHandler(
    (
      error: Error & { statusCode?: number; validation?: { instancePath?: string; message?: string }[] },
      request,
      reply,
    ) => {
      if (error instanceof Problem) {
        if (error.message === "not-signed-in" || error.message === "not-allowed")
          parts.logRefusal(error.message, request.routeOptions.url ?? "");
        return sendProblem(reply, error.message);
      }
      if (error.validation) {
        const faults = error.validation.map((fault) => ({
          pointer: fault.instancePath ?? "/",
          detail: fault.message ?? "",
        }));
        return sendProblem(reply, "validation", faults);
      }
      const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
      if (!isTheirs) parts.logError(error);
      const slugs: Readonly<Record<number, string>> = { 413: "too-large", 429: "too-many" };
      return sendProblem(reply, isTheirs ? (slugs[error.statusCode ?? 400] ?? "malformed") : "internal");
    },
  );
}

function ticketRoutes(app: FastifyInstance, parts: ApiParts): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const params = z.object({ ticketId: z.string().max(32) });

  api.post(
    "/api/tickets",
    { schema: { body: createTicketSchema, response: { 201: ticketSchema } } },
    async (request, reply) => {
      const operator = await signedIn(request, parts);
      const { callId: _call, ...order } = request.body;
      return reply.code(201).send(ticketToContract(settled(await parts.createTicket(order, operator))));
    },
  );

  api.get("/api/tickets/:ticketId", { schema: { params, response: { 200: ticketSchema } } }, async (request) => {
    await signedIn(request, parts);
    const ticket = parts.ticket(request.params.ticketId);
    if (ticket === null) throw new Problem("not-found");
    return ticketToContract(ticket);
  });

  api.post(
    "/api/tickets/:ticketId/updates",
    { schema: { params, body: updateTicketSchema, response: { 200: ticketSchema } } },
    async (request) => {
      const operator = await signedIn(request, parts);
      const { updateId, ...update } = request.body;
      return ticketToContract(
        settled(parts.updateTicket({ ticketId: request.params.ticketId, updateId, update }, operator)),
      );
    },
  );

  api.post(
    "/api/ticket-searches",
    { schema: { body: searchTicketsSchema, response: { 200: ticketListSchema } } },
    async (request) => {
      await signedIn(request, parts);
      return { items: parts.searchTickets(request.body).map(briefOf) };
    },
  );
}
