/** Reports of the office, for those who answer for it. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import {
  costReportSchema,
  ratingReportSchema,
  reportSpanSchema,
  transferReportSchema,
  type CostReport,
  type RatingReport,
  type TransferReport,
} from "../../../contracts/index.ts";
import type { ReportSpan } from "../../application/office-reports.ts";
import type { Traffic } from "../../domain/cost/cost-report.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireRole } from "./authorise.ts";
import type { Sessions } from "./sessions.ts";
import { timeOrNull } from "./to-contract.ts";

const readers = ["supervisor", "administrator"] as const;

export function reportRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = typed(app);
  api.get(
    "/api/reports/on-net",
    {
      config: { api: { id: "readOnNetReport", summary: "Minutes kept on the network", who: { roles: readers } } },
      schema: { querystring: reportSpanSchema, response: { 200: costReportSchema } },
    },
    async (request): Promise<CostReport> => {
      await requireRole(request, { parts, sessions }, readers);
      const span = spanOf(request.query);
      const { currency, report } = await parts.reports.onNet(span);
      return {
        officeId: parts.options.office.officeId,
        ...spanToContract(span),
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
  ratingRoute(api, parts, sessions);
  transferRoute(api, parts, sessions);
}

function ratingRoute(api: ReturnType<typeof typed>, parts: ApiParts, sessions: Sessions): void {
  const about = { id: "readRatings", summary: "How citizens rated the service", who: { roles: readers } };
  api.get(
    "/api/reports/ratings",
    {
      config: { api: about },
      schema: { querystring: reportSpanSchema, response: { 200: ratingReportSchema } },
    },
    async (request): Promise<RatingReport> => {
      await requireRole(request, { parts, sessions }, readers);
      const span = spanOf(request.query);
      const queues = [...(await parts.reports.ratings(span))].map(([queueId, counts]) => ({ queueId, ...counts }));
      return { officeId: parts.options.office.officeId, ...spanToContract(span), queues };
    },
  );
}

function transferRoute(api: ReturnType<typeof typed>, parts: ApiParts, sessions: Sessions): void {
  const about = { id: "readTransferReport", summary: "Transfers, blind and attended", who: { roles: readers } };
  api.get(
    "/api/reports/transfers",
    {
      config: { api: about },
      schema: { querystring: reportSpanSchema, response: { 200: transferReportSchema } },
    },
    async (request): Promise<TransferReport> => {
      await requireRole(request, { parts, sessions }, readers);
      const span = spanOf(request.query);
      const tally = await parts.reports.transfers(span);
      return { officeId: parts.options.office.officeId, ...spanToContract(span), ...tally };
    },
  );
}

function spanOf({ from, to }: z.infer<typeof reportSpanSchema>): ReportSpan {
  return { ...(from !== undefined && { fromMs: Date.parse(from) }), ...(to !== undefined && { toMs: Date.parse(to) }) };
}

function spanToContract({ fromMs = null, toMs = null }: { [Key in keyof ReportSpan]: ReportSpan[Key] | null }) {
  return { from: timeOrNull(fromMs), to: timeOrNull(toMs) };
}

function typed(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>();
}

function saved({ calls, minutes, cost }: Traffic): CostReport["onNet"] {
  return { calls, minutes, wouldHaveCost: cost };
}

function minutesOf({ calls, minutes }: Traffic): CostReport["pstnIn"] {
  return { calls, minutes };
}
