/** Commands of an operator on a call, the directory, and the events. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import {
  attachTicketSchema,
  callCardSchema,
  dialSchema,
  directorySchema,
  eventPageSchema,
  networkTargetSchema,
  statusSchema,
  ulidSchema,
} from "../../../contracts/index.ts";
import type { MediaHealth } from "../../application/media-port.ts";
import type { NetworkTarget } from "../../application/dial-orders.ts";
import type { CallId, OperatorId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireService, sessionOf } from "./authorise.ts";
import { directoryFor } from "./directory.ts";
import { isKnownCursor } from "./event-stream.ts";
import { ProblemError, settled } from "./problem.ts";
import { noContent } from "./openapi/route-description.ts";
import type { Sessions } from "./sessions.ts";
import { cardToContract, eventToContract, journalToContract } from "./to-contract.ts";

const callParams = z.object({ callId: ulidSchema });
const largestPage = 500;
const ownCallProblems = ["unknown-call", "not-your-call", "wrong-state"] as const;
const plainCommands = [
  { command: "hold", summary: "The citizen hears music" },
  { command: "resume", summary: "The citizen is spoken to again" },
  { command: "park", summary: "The citizen waits with music for whoever retrieves the call" },
] as const;

export function callRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const { commands, queries } = parts;

  api.get(
    "/api/calls",
    {
      config: { api: { id: "listOwnCalls", summary: "The operator's own calls, as cards", who: "operator" } },
      schema: { response: { 200: z.object({ items: z.array(callCardSchema) }) } },
    },
    async (request) => {
      const { operatorId } = await sessionOf(request, sessions);
      return { items: queries.callsOf(operatorId).map(cardToContract) };
    },
  );

  for (const { command, summary } of plainCommands) {
    api.post(
      `/api/calls/:callId/${command}`,
      {
        config: { api: { id: `${command}Call`, summary, who: "operator", problems: ownCallProblems } },
        schema: { params: callParams, response: { 204: noContent } },
      },
      async (request, reply) => {
        const { operatorId } = await sessionOf(request, sessions);
        settled(await commands[command](request.params.callId as CallId, operatorId));
        return reply.code(204).send();
      },
    );
  }

  api.put(
    "/api/calls/:callId/ticket",
    {
      config: {
        api: { id: "attachTicket", summary: "Ties the call to its ticket", who: "operator", problems: ownCallProblems },
      },
      schema: { params: callParams, body: attachTicketSchema, response: { 204: noContent } },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      settled(await commands.attachTicket(request.params.callId as CallId, operatorId, request.body.ticketId));
      return reply.code(204).send();
    },
  );
}

/** Calls that an operator makes. */
export function dialRoutes(app: FastifyInstance, { commands }: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.post(
    "/api/calls",
    {
      config: {
        api: {
          id: "placeCall",
          summary:
            "Calls a citizen by number, or a colleague or an office as target; the own phone rings first, the outcome comes over the channel",
          who: "operator",
          problems: [
            "invalid-number",
            "number-not-allowed",
            "already-busy",
            "no-phone",
            "no-trunk",
            "box-stopping",
            "wrong-state",
            "unknown-target",
            "target-not-allowed",
            "target-unavailable",
            "colleague-busy",
            "no-on-net-route",
          ],
        },
      },
      schema: { body: dialSchema, response: { 202: z.object({ callId: ulidSchema }) } },
    },
    async (request, reply) => {
      const { operatorId } = await sessionOf(request, sessions);
      const { body } = request;
      const callId = body.callId as CallId;
      settled(
        "target" in body
          ? await commands.callInNetwork(operatorId, { callId, target: targetOf(body.target) })
          : await commands.dial(operatorId, { ...body, callId }),
      );
      return reply.code(202).send({ callId });
    },
  );
}

function targetOf(target: z.infer<typeof networkTargetSchema>): NetworkTarget {
  if (target.kind !== "operator") return target;
  return { kind: "operator", operatorId: target.operatorLogin as OperatorId };
}

/** What is read: directory, events in pages, the state of the box. */
export function readingRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const { queries } = parts;
  const directoryQuery = z.strictObject({ q: z.string().max(200).default("") });

  api.get(
    "/api/directory",
    {
      config: {
        api: { id: "searchDirectory", summary: "Offices and colleagues with every word of q", who: "operator" },
      },
      schema: { querystring: directoryQuery, response: { 200: directorySchema } },
    },
    async (request) => {
      const { operatorId } = await sessionOf(request, sessions);
      return directoryFor(parts, request.query.q, operatorId);
    },
  );

  const page = z.strictObject({
    after: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(largestPage).default(100),
  });
  api.get(
    "/api/events",
    {
      config: {
        api: { id: "listEvents", summary: "Events after the cursor", who: "program", problems: ["unknown-cursor"] },
      },
      schema: { querystring: page, response: { 200: eventPageSchema } },
    },
    async (request) => {
      requireService(request, parts);
      if (!(await isKnownCursor(parts, request.query.after))) throw new ProblemError("unknown-cursor");
      const events = await queries.eventsAfter(request.query.after, request.query.limit);
      const items = events.map(eventToContract);
      return { items, nextCursor: items.at(-1)?.cursor ?? request.query.after };
    },
  );

  api.get(
    "/api/status",
    {
      config: {
        api: { id: "readStatus", summary: "Whether the box works, and how many calls it has", who: "anybody" },
      },
      schema: { response: { 200: statusSchema } },
    },
    async () => {
      const { callsInProgress, media, journal } = await parts.health();
      return {
        status: statusOf({ isStopping: parts.stopNotices.stopsAtMs() !== null, isSound: isWhole(media) && journal.ok }),
        office: parts.options.office,
        callsInProgress,
        media: { ok: media.ok, detail: media.detail },
        journal: journalToContract(journal),
      };
    },
  );
}

/** A lost spare is told as well: the next loss would be felt. */
function isWhole({ ok, servers = [] }: MediaHealth): boolean {
  return ok && servers.every((server) => server.ok);
}

function statusOf({ isStopping, isSound }: { isStopping: boolean; isSound: boolean }): "ok" | "degraded" | "stopping" {
  if (isStopping) return "stopping";
  return isSound ? "ok" : "degraded";
}
