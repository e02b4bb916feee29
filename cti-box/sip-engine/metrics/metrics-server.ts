/** The page of measurements over HTTP, and the trace for whoever has a secret of the control port. On an address of its own; nothing can be changed here. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { TraceAnswer, TraceQuery } from "../trace/traced-call.ts";
import { contentType } from "./exposition.ts";
import { PageServer } from "./page-server.ts";

export type ServedPages = {
  metrics(): string;
  trace(query: TraceQuery): TraceAnswer;
  secrets: readonly string[];
};

const traceQuerySchema = z.strictObject({
  /** A Call-ID, or how it begins; absent: the latest call. */
  call: z.string().min(1).max(1_024).optional(),
  numbers: z.enum(["masked", "shown"]).default("masked"),
});

/** Rejects when the address cannot be opened; the message names it. */
export function openMetricsServer(address: { host: string; port: number }, pages: ServedPages): Promise<PageServer> {
  return PageServer.open(address, ({ path, query, request }, say) => {
    if (path === "/metrics") return say(200, pages.metrics(), contentType);
    if (path !== "/trace") return say(404, "There is /metrics here, and /trace.\n");
    if (!hasSecret(request, pages.secrets))
      return say(401, "/trace needs a secret of the control port: Authorization: Bearer SECRET\n");
    const parsed = traceQuerySchema.safeParse(Object.fromEntries(new URLSearchParams(query)));
    if (!parsed.success) return say(400, `${z.prettifyError(parsed.error)}\n`);
    const { call, numbers } = parsed.data;
    const answer = pages.trace(
      call === undefined ? { find: "last", numbers } : { find: "prefix", prefix: call, numbers },
    );
    if (answer.state === "off") return say(409, "Tracing is off (--trace).\n");
    return say(200, JSON.stringify(answer.calls), "application/json");
  });
}

function hasSecret(request: IncomingMessage, secrets: readonly string[]): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (given === undefined) return false;
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return secrets.filter((secret) => timingSafeEqual(digest(secret), digest(given))).length > 0;
}
