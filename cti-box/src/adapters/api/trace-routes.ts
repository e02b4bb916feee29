/** SIP messages of a call, for administrators and the office's own programs. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { sipTraceSchema } from "../../../contracts/index.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireRole } from "./authorise.ts";
import { ProblemError } from "./problem.ts";
import type { Sessions } from "./sessions.ts";

const readers = ["administrator"] as const;

export function traceRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const querystring = z.strictObject({
    /** The box's call id, a SIP Call-ID, or how one of them begins. Absent: the latest call. */
    call: z.string().min(1).max(256).optional(),
    numbers: z.enum(["masked", "shown"]).default("masked"),
  });
  const description = {
    id: "readSipTrace",
    summary: "SIP messages of a call, secrets masked",
    who: { roles: readers },
    problems: ["tracing-off", "no-trace"],
  } as const;
  const route = { config: { api: description }, schema: { querystring, response: { 200: sipTraceSchema } } };
  api.get("/api/sip-trace", route, async (request) => {
    // Who called whom, and what phones say of themselves: for those who look after the machines.
    await requireRole(request, { parts, sessions }, readers);
    const { call = null, numbers } = request.query;
    const findings = await parts.traces.find({ call, numbers });
    if (findings.state === "off") throw new ProblemError("tracing-off");
    if (findings.calls.length === 0) throw new ProblemError("no-trace");
    return {
      items: findings.calls.map(({ callId, startedAtMs, legs }) => ({
        callId,
        startedAt: startedAtMs === null ? null : new Date(startedAtMs).toISOString(),
        legs,
      })),
    };
  });
}
