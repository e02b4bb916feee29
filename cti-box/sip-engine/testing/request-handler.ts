/** An HTTP server that is asked about new requests and answers what a test makes it answer. */
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { readFileSync } from "node:fs";

export type Asked = { method: string; query: URLSearchParams; type: string; body: string };
export type Answering = (asked: Asked, response: ServerResponse) => void;

export class RequestHandler {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #scheme: "http" | "https";
  answering: Answering;

  private constructor(server: Server, scheme: "http" | "https", answering: Answering) {
    this.#server = server;
    this.#scheme = scheme;
    this.answering = answering;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => void this.#take(request, response));
  }

  /** `answer` is sent as JSON, a text as it is. */
  static async open(answer: unknown, tls?: { certFile: string; keyFile: string }): Promise<RequestHandler> {
    const server =
      tls === undefined
        ? createHttpServer()
        : createHttpsServer({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const text = typeof answer === "string" ? answer : JSON.stringify(answer);
    return new RequestHandler(server, tls === undefined ? "http" : "https", (_asked, response) => response.end(text));
  }

  get url(): string {
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return `${this.#scheme}://127.0.0.1:${port}/decide?office=one`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const { searchParams } = new URL(request.url ?? "", "http://localhost");
    const asked = {
      method: request.method ?? "",
      query: searchParams,
      type: request.headers["content-type"] ?? "",
      body: Buffer.concat(parts).toString("utf8"),
    };
    this.asked.push(asked);
    this.answering(asked, response);
  }
}
