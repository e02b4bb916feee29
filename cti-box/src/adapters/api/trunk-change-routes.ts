/** Trunks added, changed and removed while the box runs, for administrators and the office's own programs. Passwords go in and never come out. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { changedTrunkSchema, trunkChangesSchema, trunkSettingsSchema } from "../../../contracts/index.ts";
import { trunkSchema } from "../../config/trunk-section.ts";
import type { TrunkChangeResult } from "../../application/use-cases.ts";
import type { ApiParts } from "./api-parts.ts";
import { nameOfAsker, requireRole } from "./authorise.ts";
import { ProblemError } from "./problem.ts";
import type { Sessions } from "./sessions.ts";
import { time } from "./to-contract.ts";

const administrators = { roles: ["administrator"] } as const;
const params = z.object({ trunkId: z.string().min(1).max(64) });
const replacement = trunkSchema.omit({ trunkId: true });
/** What is in it is judged where it is merged. */
const patch = z.looseObject({}).describe("JSON merge patch (RFC 7396) of the trunk's settings; null takes a field out");

function settingsAfter(result: TrunkChangeResult): z.infer<typeof changedTrunkSchema> {
  if (result.ok) return { settings: result.settings as z.infer<typeof trunkSettingsSchema> | null };
  throw result.reason === "validation"
    ? new ProblemError("validation", result.problems)
    : new ProblemError(result.reason);
}

export function trunkChangeRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const { trunkAdministration: trunks } = parts;
  const asker = async (request: FastifyRequest): Promise<string> => {
    await requireRole(request, { parts, sessions }, administrators.roles);
    return nameOfAsker(request, { parts, sessions });
  };
  const describe = (id: string, summary: string, problems: ("unknown-trunk" | "trunk-exists")[]) => ({
    config: { api: { id, summary, who: administrators, problems } },
  });
  const changed = { response: { 200: changedTrunkSchema } };

  api.post(
    "/api/trunks",
    {
      ...describe("addTrunk", "Adds a trunk, which is probed and registered at once", ["trunk-exists"]),
      schema: { body: trunkSchema, response: { 201: changedTrunkSchema } },
    },
    async (request, reply) => reply.code(201).send(settingsAfter(trunks.add(request.body, await asker(request)))),
  );
  api.put(
    "/api/trunks/:trunkId",
    {
      ...describe("replaceTrunk", "Sets all of a trunk's settings, also of a new one", []),
      schema: { params, body: replacement, ...changed },
    },
    async (request) => settingsAfter(trunks.replace(request.params.trunkId, request.body, await asker(request))),
  );
  api.patch(
    "/api/trunks/:trunkId",
    {
      ...describe("changeTrunk", "Changes some of a trunk's settings", ["unknown-trunk"]),
      schema: { params, body: patch, ...changed },
    },
    async (request) => settingsAfter(trunks.change(request.params.trunkId, request.body, await asker(request))),
  );
  api.delete(
    "/api/trunks/:trunkId",
    {
      ...describe("removeTrunk", "Removes a trunk and gives its registration back; calls on it go on", [
        "unknown-trunk",
      ]),
      schema: { params, ...changed },
    },
    async (request) => settingsAfter(trunks.remove(request.params.trunkId, await asker(request))),
  );
  api.post(
    "/api/trunks/:trunkId/reset",
    {
      ...describe("resetTrunk", "The configuration file holds again for this trunk", ["unknown-trunk"]),
      schema: { params, ...changed },
    },
    async (request) => settingsAfter(trunks.reset(request.params.trunkId, await asker(request))),
  );
}

export function trunkSettingsRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const reader = { parts, sessions };
  api.get(
    "/api/trunks/:trunkId",
    {
      config: {
        api: {
          id: "readTrunk",
          summary: "A trunk's settings, without passwords",
          who: administrators,
          problems: ["unknown-trunk"],
        },
      },
      schema: { params, response: { 200: trunkSettingsSchema } },
    },
    async (request) => {
      await requireRole(request, reader, administrators.roles);
      const settings = parts.trunkAdministration.settingsOf(request.params.trunkId);
      if (settings === null) throw new ProblemError("unknown-trunk");
      return settings as z.infer<typeof trunkSettingsSchema>;
    },
  );
  api.get(
    "/api/trunk-changes",
    {
      config: {
        api: { id: "listTrunkChanges", summary: "Who changed which trunk, when, and what", who: administrators },
      },
      schema: { response: { 200: trunkChangesSchema } },
    },
    async (request) => {
      await requireRole(request, reader, administrators.roles);
      return {
        items: parts.trunkAdministration
          .history()
          .map(({ atMs, fields, ...change }) => ({ at: time(atMs), ...change, fields: [...fields] })),
      };
    },
  );
}
