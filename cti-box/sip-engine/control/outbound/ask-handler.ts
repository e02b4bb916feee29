/** Asks an HTTP handler about one request: two seconds to connect, three seconds in all, at most 64 kB of answer (control protocol §11). */
import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { readHandlerAnswer, type ReadAnswer } from "./handler-answer.ts";
import type { Handler } from "./handler.ts";

const connectLimitMs = 2_000;
const totalLimitMs = 3_000;
const largestAnswer = 64 * 1024;
const largestConnections = 256;

export type Question = { query: URLSearchParams; message: Buffer };

/** Keeps its connections to the handlers open between questions. */
export class HandlerClient {
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: largestConnections });
  readonly #https: HttpsAgent;

  /** `authority`: PEM of whom to believe in place of the system's authorities. */
  constructor(authority: string | null) {
    this.#https = new HttpsAgent({
      keepAlive: true,
      maxSockets: largestConnections,
      minVersion: "TLSv1.2",
      ...(authority !== null && { ca: authority }),
    });
  }

  /** What the handler decides. Never rejects: whatever goes wrong is told as `why`. */
  async ask(handler: Extract<Handler, { kind: "http" }>, question: Question): Promise<ReadAnswer> {
    const { promise, resolve } = Promise.withResolvers<ReadAnswer>();
    const fail = (why: string): void => resolve({ ok: false, why });
    const url = new URL(handler.url);
    for (const [name, value] of question.query) url.searchParams.append(name, value);
    const isSecure = url.protocol === "https:";
    const agent = isSecure ? this.#https : this.#http;
    const headers =
      handler.how === "POST" ? { "Content-Type": "text/plain", "Content-Length": question.message.length } : {};
    const send = isSecure ? requestHttps : requestHttp;
    const request = send(url, { method: handler.how, agent, headers: { Accept: "application/json", ...headers } });
    const total = setTimeout(() => request.destroy(new Error("no answer in three seconds")), totalLimitMs);
    limitConnecting(request);
    request.on("error", (error) => fail(error.message));
    request.on("response", (response) => {
      readAnswer(response, request).then(resolve, (error: Error) => fail(error.message));
    });
    request.end(handler.how === "POST" ? question.message : undefined);
    try {
      return await promise;
    } finally {
      clearTimeout(total);
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

function limitConnecting(request: ClientRequest): void {
  const late = setTimeout(() => request.destroy(new Error("no connection in two seconds")), connectLimitMs);
  const stop = (): void => clearTimeout(late);
  request.on("close", stop);
  request.on("socket", (socket: Socket) => {
    if (!socket.connecting) return stop();
    socket.once("secureConnect", stop);
    if (!("encrypted" in socket)) socket.once("connect", stop);
    return undefined;
  });
}

async function readAnswer(response: IncomingMessage, request: ClientRequest): Promise<ReadAnswer> {
  const { statusCode = 0 } = response;
  if (statusCode < 200 || statusCode > 299) {
    response.resume();
    return { ok: false, why: `HTTP status ${statusCode}` };
  }
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > largestAnswer) {
      request.destroy();
      return { ok: false, why: "the answer is too long" };
    }
    parts.push(part);
  }
  return readHandlerAnswer(Buffer.concat(parts).toString("utf8"));
}
