/** The links to carriers, for administrators and the office's own programs. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { trunkListSchema, type TrunkView } from "../../../contracts/index.ts";
import type { TrunkView as OwnView } from "../../application/use-cases.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireRole } from "./authorise.ts";
import type { Sessions } from "./sessions.ts";
import { time } from "./to-contract.ts";

export function trunkRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.get("/api/trunks", { schema: { response: { 200: trunkListSchema } } }, async (request) => {
    await requireRole(request, { parts, sessions }, ["administrator"]);
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
