/** The page of measurements over HTTP, on an address of its own, as the engine has one: best on loopback, and nothing can be changed here. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { contentType } from "../../../sip-engine/engine.ts";
import type { Log } from "../../application/ports.ts";

const largestConnections = 16;
const deadlineMs = 5_000;

export class MetricsServer {
  readonly #server: Server;

  private constructor(page: () => Promise<string>, log: Log) {
    this.#server = createServer({ requestTimeout: deadlineMs, headersTimeout: deadlineMs }, (request, response) => {
      answer(request, response, page).catch((error: unknown) => {
        log.error({ error: String(error) }, "the measurements could not be written");
        response.writeHead(500).end();
      });
    });
    this.#server.maxConnections = largestConnections;
  }

  /** Rejects when the address cannot be opened; the message names it. */
  static async open(
    { host, port }: { host: string; port: number },
    { page, log }: { page: () => Promise<string>; log: Log },
  ): Promise<MetricsServer> {
    const metrics = new MetricsServer(page, log);
    try {
      metrics.#server.listen(port, host);
      await once(metrics.#server, "listening");
    } catch (error) {
      throw new Error(`metrics ${host}:${port} cannot be opened: ${(error as Error).message}`, { cause: error });
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
}

async function answer(request: IncomingMessage, response: ServerResponse, page: () => Promise<string>): Promise<void> {
  const say = (status: number, text: string, type = "text/plain; charset=utf-8"): void => {
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
  };
  if (request.method !== "GET" && request.method !== "HEAD") return say(405, "Only GET is known here.\n");
  const path = (request.url ?? "").split("?", 1)[0];
  return path === "/metrics" ? say(200, await page(), contentType) : say(404, "There is /metrics here.\n");
}
