/** A few pages over HTTP on an address of their own, for programs that watch this one: best on loopback, and nothing can be changed there. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { whyNotOpened } from "../transport/transport-layer.ts";

/** Sends the answer. `type` absent: plain text. */
export type Say = (status: number, text: string, type?: string) => void;
export type PageAnswer = (question: { path: string; query: string; request: IncomingMessage }, say: Say) => void;

const largestConnections = 16;
const deadlineMs = 5_000;

export class PageServer {
  readonly #server: Server;

  private constructor(answer: PageAnswer) {
    this.#server = createServer({ requestTimeout: deadlineMs, headersTimeout: deadlineMs }, (request, response) =>
      serve(request, response, answer),
    );
    this.#server.maxConnections = largestConnections;
  }

  /** Rejects when the address cannot be opened; the message names it. */
  static async open({ host, port }: { host: string; port: number }, answer: PageAnswer): Promise<PageServer> {
    const pages = new PageServer(answer);
    try {
      pages.#server.listen(port, host);
      await once(pages.#server, "listening");
    } catch (error) {
      throw new Error(`metrics ${host}:${port} ${whyNotOpened(error)}`, { cause: error });
    }
    pages.#server.on("error", () => undefined);
    return pages;
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

function serve(request: IncomingMessage, response: ServerResponse, answer: PageAnswer): void {
  const say: Say = (status, text, type = "text/plain; charset=utf-8") => {
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
  };
  if (request.method !== "GET" && request.method !== "HEAD") return say(405, "Only GET is known here.\n");
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  return answer({ path, query, request }, say);
}
