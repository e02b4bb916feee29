/** The links to carriers, for administrators and the office's own programs. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { trunkListSchema, type TrunkView } from "../../../contracts/index.ts";
import type { TrunkView as OwnView } from "../../application/use-cases.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireRole } from "./authorise.ts";
import type { Sessions } from "./sessions.ts";
import { time } from "./to-contract.ts";

const readers = ["administrator"] as const;

export function trunkRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const route = {
    config: { api: { id: "listTrunks", summary: "Carriers as they are now", who: { roles: readers } } },
    schema: { response: { 200: trunkListSchema } },
  };
  api.get("/api/trunks", route, async (request) => {
    await requireRole(request, { parts, sessions }, readers);
    return { items: parts.trunks.list().map(toContract) };
  });
}

function toContract({ health, registration, ...trunk }: OwnView): TrunkView {
  return {
    ...trunk,
    health: health && { state: health.state, since: time(health.sinceMs), lastStatus: lastStatusOf(health) },
    registration: registration && {
      state: registration.state,
      since: time(registration.sinceMs),
      lastStatus: registration.lastStatus,
    },
  };
}

function lastStatusOf({ last }: NonNullable<OwnView["health"]>): number | null {
  return last?.kind === "answered" ? last.status : null;
}
