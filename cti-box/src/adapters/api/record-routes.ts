/** Call detail records, in pages and as CSV. For reports of the office, not for looking over a colleague's shoulder. */
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import {
  callRecordFilterSchema,
  callRecordPageSchema,
  ulidSchema,
  type CallRecordFilter,
} from "../../../contracts/index.ts";
import type { RecordFilter } from "../../application/ports.ts";
import type { CallRecordView } from "../../domain/call/call-record.ts";
import type { CallId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireRole } from "./authorise.ts";
import { recordCsvHeader, recordCsvLine } from "./record-csv.ts";
import { recordToContract } from "./record-to-contract.ts";
import type { Sessions } from "./sessions.ts";

const largestPage = 500;
const readers = ["supervisor", "administrator"] as const;

export function recordRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const { queries } = parts;

  const pageQuery = callRecordFilterSchema.extend({
    after: ulidSchema.optional(),
    limit: z.coerce.number().int().min(1).max(largestPage).default(100),
  });
  api.get(
    "/api/call-records",
    {
      config: { api: { id: "listCallRecords", summary: "Call detail records, in pages", who: { roles: readers } } },
      schema: { querystring: pageQuery, response: { 200: callRecordPageSchema } },
    },
    async (request) => {
      await requireRole(request, { parts, sessions }, readers);
      const { after, limit, ...wanted } = request.query;
      const found = await queries.records({ ...filterFrom(wanted), limit: limit + 1, ...pageAfter(after) });
      const items = found.slice(0, limit);
      return {
        items: items.map(recordToContract),
        nextAfter: found.length > limit ? (items.at(-1)?.callId ?? null) : null,
      };
    },
  );

  api.get(
    "/api/call-records.csv",
    {
      config: {
        api: {
          id: "exportCallRecords",
          summary: "Call detail records, one line per call (RFC 4180)",
          who: { roles: readers },
          produces: ["text/csv"],
        },
      },
      schema: { querystring: callRecordFilterSchema },
    },
    async (request, reply) => {
      await requireRole(request, { parts, sessions }, readers);
      const lines = Readable.from(csvOf(queries.recordPages(filterFrom(request.query))));
      return reply
        .type("text/csv; charset=utf-8; header=present")
        .header("content-disposition", 'attachment; filename="call-records.csv"')
        .header("cache-control", "no-store")
        .send(lines);
    },
  );
}

/** Page by page, so that years of records are never in memory at once. */
async function* csvOf(pages: AsyncIterable<CallRecordView[]>): AsyncGenerator<string> {
  yield recordCsvHeader;
  for await (const page of pages) yield page.map(recordCsvLine).join("");
}

function pageAfter(after: string | undefined): { after?: CallId } {
  return after === undefined ? {} : { after: after as CallId };
}

function filterFrom({ from, to, ...same }: CallRecordFilter): Omit<RecordFilter, "limit"> {
  const given = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined));
  return {
    ...(given as Omit<RecordFilter, "limit">),
    ...(from !== undefined && { fromMs: Date.parse(from) }),
    ...(to !== undefined && { toMs: Date.parse(to) }),
  };
}
