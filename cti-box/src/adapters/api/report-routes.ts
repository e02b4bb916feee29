/** Reports of the office, for those who answer for it. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { costReportSchema, reportSpanSchema, type CostReport } from "../../../contracts/index.ts";
import type { Traffic } from "../../domain/cost/cost-report.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireRole } from "./authorise.ts";
import type { Sessions } from "./sessions.ts";
import { timeOrNull } from "./to-contract.ts";

const readers = ["supervisor", "administrator"] as const;

export function reportRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.get(
    "/api/reports/on-net",
    {
      config: { api: { id: "readOnNetReport", summary: "Minutes kept on the network", who: { roles: readers } } },
      schema: { querystring: reportSpanSchema, response: { 200: costReportSchema } },
    },
    async (request): Promise<CostReport> => {
      await requireRole(request, { parts, sessions }, readers);
      const { from, to } = request.query;
      const fromMs = from === undefined ? null : Date.parse(from);
      const toMs = to === undefined ? null : Date.parse(to);
      const { currency, report } = await parts.reports.onNet({
        ...(fromMs !== null && { fromMs }),
        ...(toMs !== null && { toMs }),
      });
      return {
        officeId: parts.options.office.officeId,
        from: timeOrNull(fromMs),
        to: timeOrNull(toMs),
        currency,
        onNet: saved(report.onNet),
        toOffices: report.toOffices.map(({ officeId, ...traffic }) => ({ officeId, ...saved(traffic) })),
        fromOffices: minutesOf(report.fromOffices),
        pstnIn: minutesOf(report.pstnIn),
        pstnOut: report.pstnOut,
        paidTransfers: report.paidTransfers,
      };
    },
  );
}

function saved({ calls, minutes, cost }: Traffic): CostReport["onNet"] {
  return { calls, minutes, wouldHaveCost: cost };
}

function minutesOf({ calls, minutes }: Traffic): CostReport["pstnIn"] {
  return { calls, minutes };
}
