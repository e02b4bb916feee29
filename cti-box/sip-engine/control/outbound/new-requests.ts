/**
 * New requests that a handler decides on instead of the turn among connected applications (control protocol §11).
 *   asked ─▶ reject │ redirect │ proxy │ connect to an application that listens │ a connected application with a tag
 *      └ no answer, or none that can be read ─▶ 500        no such application ─▶ 480
 */
import { startProxying } from "../../proxy/start-proxying.ts";
import { writeAsReceived } from "../../message/write-message.ts";
import type { ServerTransaction } from "../../transaction/server-transaction.ts";
import { ownResponse } from "../../user-agent/build-message.ts";
import type { Context } from "../../user-agent/context.ts";
import { offerTo } from "../../user-agent/offer.ts";
import type { Application } from "../applications.ts";
import type { SessionParts } from "../session.ts";
import { HandlerClient } from "./ask-handler.ts";
import { ApplicationConnections } from "./connect-application.ts";
import type { HandlerAnswer, ProxyOrder } from "./handler-answer.ts";
import { parseHandler, type Address, type Handler, type HandlerOptions } from "./handler.ts";
import { questionAbout } from "./question.ts";

/** Questions and connections under way at once; a request beyond them is refused with 503. */
const largestPending = 1_000;

export class NewRequests {
  readonly #context: Context;
  readonly #handlers = new Map<string, Handler>();
  readonly #client: HandlerClient;
  readonly #connections: ApplicationConnections;
  #pending = 0;

  /** `authority`: PEM of whom to believe, of https handlers and tls applications, in place of the system's authorities. */
  constructor(parts: SessionParts, handlers: readonly HandlerOptions[], authority: string | null) {
    this.#context = parts.core.context;
    this.#client = new HandlerClient(authority);
    this.#connections = new ApplicationConnections(parts, authority);
    for (const { method, url, how } of handlers) {
      const handler = parseHandler(url, how);
      if (handler !== null && !this.#handlers.has(method)) this.#handlers.set(method, handler);
    }
  }

  /** True: a handler is asked, and the request is answered or delivered later. */
  ask(transaction: ServerTransaction): boolean {
    const { method } = transaction.request;
    const handler = this.#handlers.get(method.toLowerCase()) ?? this.#handlers.get("*");
    if (handler === undefined) return false;
    if (this.#pending >= largestPending) {
      refuse(transaction, 503, "Service Unavailable");
      return true;
    }
    if (method === "INVITE") transaction.respond(ownResponse(transaction.request, [100, "Trying"]));
    this.#pending += 1;
    this.#decide(transaction, handler)
      .catch((error: unknown) => {
        this.#context.log.write("error", "a request handler's answer could not be carried out", {
          error: String(error),
        });
        refuse(transaction, 500, "Server Internal Error");
      })
      .finally(() => (this.#pending -= 1));
    return true;
  }

  close(): void {
    this.#client.close();
    this.#connections.close();
  }

  async #decide(transaction: ServerTransaction, handler: Handler): Promise<void> {
    if (handler.kind === "direct") return this.#connect(transaction, handler.address);
    const { request, source } = transaction;
    const query = questionAbout(request, source);
    const result = await this.#client.ask(handler, { query, message: writeAsReceived(request) });
    // Cancelled or given up meanwhile: there is nothing to decide any more.
    if (!transaction.isOpen) return undefined;
    if (result.ok) return this.#carryOut(transaction, result.answer);
    this.#context.log.write("warn", "a request handler did not answer", { handler: handler.url.host, why: result.why });
    return refuse(transaction, 500, "Server Internal Error");
  }

  async #carryOut(transaction: ServerTransaction, answer: HandlerAnswer): Promise<void> {
    switch (answer.kind) {
      case "reject":
        return refuse(transaction, answer.status, answer.reason);
      case "redirect":
        return redirect(transaction, answer.contacts);
      case "proxy":
        return passOn(this.#context, transaction, answer.order);
      case "connect":
        return this.#connect(transaction, answer.address);
      case "tag":
        return this.#deliver(transaction, this.#tagged(transaction, answer.tag));
    }
  }

  async #connect(transaction: ServerTransaction, address: Address): Promise<void> {
    const application = await this.#connections.open(address);
    this.#deliver(transaction, application);
  }

  #deliver(transaction: ServerTransaction, application: Application | null): void {
    if (!transaction.isOpen) return;
    if (application === null) refuse(transaction, 480, "Temporarily Unavailable");
    else offerTo(this.#context, transaction, application);
  }

  #tagged({ request }: ServerTransaction, tag: string): Application | null {
    return this.#context.applications.next(request.method.toLowerCase(), tag) ?? null;
  }
}

function refuse(transaction: ServerTransaction, status: number, reason: string): void {
  if (transaction.isOpen) transaction.respond(ownResponse(transaction.request, [status, reason], transaction.localTag));
}

function redirect(transaction: ServerTransaction, contacts: readonly string[]): void {
  const response = ownResponse(transaction.request, [302, "Moved Temporarily"], transaction.localTag);
  for (const contact of contacts) response.headers.append("Contact", `<${contact}>`);
  transaction.respond(response);
}

/** Nobody hears of what becomes of it: the handler has spoken. */
function passOn(context: Context, transaction: ServerTransaction, order: ProxyOrder): void {
  startProxying(context, transaction, {
    destinations: order.destination.map((uri) => (/^(sips?|tel):/i.test(uri) ? uri : `sip:${uri}`)),
    staysOnTheWay: order.recordRoute,
    mode: order.simultaneous ? "simultaneous" : "serial",
    redirects: order.followRedirects ? "followed" : "passed-on",
    provisionalMs: order.provisionalTimeout,
    finalMs: order.finalTimeout,
    audience: null,
  });
}
