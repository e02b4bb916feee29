/** The page of measurements over HTTP, and the trace for whoever has a secret of the control port. On an address of its own; nothing can be changed here. */
import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import type { TraceAnswer, TraceQuery } from "../trace/traced-call.ts";
import { whyNotOpened } from "../transport/transport-layer.ts";
import { contentType } from "./exposition.ts";

export type ServedPages = {
  metrics(): string;
  trace(query: TraceQuery): TraceAnswer;
  secrets: readonly string[];
};

const largestConnections = 16;
const deadlineMs = 5_000;

const traceQuerySchema = z.strictObject({
  /** A Call-ID, or how it begins; absent: the latest call. */
  call: z.string().min(1).max(1_024).optional(),
  numbers: z.enum(["masked", "shown"]).default("masked"),
});

export class MetricsServer {
  readonly #server: Server;
  readonly #pages: ServedPages;

  private constructor(pages: ServedPages) {
    this.#pages = pages;
    this.#server = createServer({ requestTimeout: deadlineMs, headersTimeout: deadlineMs }, (request, response) =>
      this.#answer(request, response),
    );
    this.#server.maxConnections = largestConnections;
  }

  /** Rejects when the address cannot be opened; the message names it. */
  static async open({ host, port }: { host: string; port: number }, pages: ServedPages): Promise<MetricsServer> {
    const metrics = new MetricsServer(pages);
    try {
      metrics.#server.listen(port, host);
      await once(metrics.#server, "listening");
    } catch (error) {
      throw new Error(`metrics ${host}:${port} ${whyNotOpened(error)}`, { cause: error });
    }
    metrics.#server.on("error", () => undefined);
    return metrics;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const say = (status: number, text: string, type = "text/plain; charset=utf-8"): void => {
      response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return say(405, "Only GET is known here.\n");
    const [path, query = ""] = (request.url ?? "").split("?", 2);
    if (path === "/metrics") return say(200, this.#pages.metrics(), contentType);
    if (path !== "/trace") return say(404, "There is /metrics here, and /trace.\n");
    if (!this.#hasSecret(request))
      return say(401, "/trace needs a secret of the control port: Authorization: Bearer SECRET\n");
    const parsed = traceQuerySchema.safeParse(Object.fromEntries(new URLSearchParams(query)));
    if (!parsed.success) return say(400, `${z.prettifyError(parsed.error)}\n`);
    const { call, numbers } = parsed.data;
    const answer = this.#pages.trace(
      call === undefined ? { find: "last", numbers } : { find: "prefix", prefix: call, numbers },
    );
    if (answer.state === "off") return say(409, "Tracing is off (--trace).\n");
    return say(200, JSON.stringify(answer.calls), "application/json");
  }

  #hasSecret(request: IncomingMessage): boolean {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (given === undefined) return false;
    const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
    return this.#pages.secrets.filter((secret) => timingSafeEqual(digest(secret), digest(given))).length > 0;
  }
}
