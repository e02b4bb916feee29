/**
 * One proxied request at work: the machine of `response-context.ts` with its server transaction, a client transaction for each branch, its timers, and
 * what the application is told (control protocol §8).
 */
import { randomUUID } from "node:crypto";
import { proxyResultFrame, replyFrame } from "../control/frames.ts";
import { HeaderList } from "../message/header-list.ts";
import type { SipResponse } from "../message/sip-message.ts";
import { writeAsReceived } from "../message/write-message.ts";
import { cancelOf, ClientTransaction, type ClientOutcome } from "../transaction/client-transaction.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse } from "../user-agent/build-message.ts";
import { startSilently } from "../user-agent/cancel.ts";
import type { Context } from "../user-agent/context.ts";
import type { NextHop } from "../user-agent/next-hop.ts";
import { endForked } from "../user-agent/repeated-answers.ts";
import { forwardedRequest, forwardedResponse } from "./forwarded-message.ts";
import { markedBranch } from "./loop-mark.ts";
import { routesForRequest, routesForResponse, type OwnRoutes } from "./own-routes.ts";
import { applyProxyEvent } from "./response-context.ts";
import {
  responseContext,
  type BranchTimer,
  type ProxyEffect,
  type ProxyEvent,
  type ProxyPlan,
  type Redirect,
  type ResponseContext,
  type Target,
} from "./response-state.ts";
import { redirectsOf } from "./targets.ts";

/** Who hears of it: nobody for a request inside of a dialog that is only passed through. */
export type Audience = { application: string; messageId: string; wants: "every-answer" | "the-end" };

export type ProxyOrder = {
  transaction: ServerTransaction;
  plan: ProxyPlan;
  targets: readonly Redirect[];
  /** Routes that it carries from here on. */
  routes: readonly string[];
  staysOnTheWay: boolean;
  extra: HeaderList;
  mark: string;
  audience: Audience | null;
  way: (target: Target) => Promise<NextHop>;
  uriFor: (target: Target) => string;
};

type Answer = { response: SipResponse; flow: Flow; from: "target" | "engine" };
type Leg = { client: ClientTransaction; ownRoutes: OwnRoutes; isHungUp: boolean };

export class ProxiedRequest {
  readonly #context: Context;
  readonly #order: ProxyOrder;
  readonly #legs = new Map<number, Leg>();
  readonly #answers = new Map<number, Answer>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #state: ResponseContext;
  #audience: Audience | null;
  #reasons = new HeaderList();

  constructor(context: Context, order: ProxyOrder) {
    this.#context = context;
    this.#order = order;
    this.#audience = order.audience;
    this.#state = responseContext(order.plan, order.targets);
  }

  /** The server transaction's. */
  get id(): string {
    return this.#order.transaction.id;
  }

  start(): void {
    this.#context.proxied.add(this);
    this.#apply({ type: "start" });
  }

  /** The caller does not wait any more; `reasons` goes into the CANCELs (RFC 3326). */
  callerLeft(reasons: HeaderList): void {
    this.#reasons = reasons;
    this.#apply({ type: "caller-left" });
  }

  /** The engine closes: nothing is said any more. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#audience = null;
  }

  #apply(event: ProxyEvent): void {
    const step = applyProxyEvent(this.#state, event);
    this.#state = step.context;
    for (const effect of step.effects) this.#do(effect);
  }

  #do(effect: ProxyEffect): void {
    const { transaction } = this.#order;
    switch (effect.type) {
      case "open":
        void this.#open(effect.branch, effect.target);
        break;
      case "cancel":
        this.#cancel(effect.branch);
        break;
      case "forward":
        this.#passUp(effect.branch, effect.late ? "beside" : "through");
        break;
      case "answer":
        this.#answer(effect.branch);
        break;
      case "answer-own":
        transaction.respond(ownResponse(transaction.request, ownAnswers[effect.status], transaction.localTag));
        break;
      case "hang-up":
        this.#hangUp(effect.branch);
        break;
      case "tell":
        this.#tell(effect.branch);
        break;
      case "tell-end":
        this.#tellEnd(effect.outcome);
        break;
      case "start-timer":
        this.#startTimer(effect.branch, effect.timer, effect.afterMs);
        break;
      case "stop-timer":
        this.#stopTimer(effect.branch, effect.timer);
        break;
      case "stop-timers":
        for (const timer of ["provisional", "final", "c"] as const) this.#stopTimer(effect.branch, timer);
        break;
      case "release":
        this.#context.proxied.remove(this);
        break;
    }
  }

  async #open(branch: number, target: Target): Promise<void> {
    const hop = await this.#order.way(target);
    // The caller may have left, or another target accepted, while the way was looked for.
    if (this.#state.branches[branch]?.state !== "opening") return;
    if (hop.kind === "refused") return this.#apply({ type: "no-way", branch });
    if (hop.kind === "unreachable") return this.#failed(branch, 503);
    this.#send(branch, target, hop.flow);
  }

  #send(branch: number, target: Target, flow: Flow): void {
    const { transaction, staysOnTheWay, routes, extra, mark, uriFor } = this.#order;
    const { request, source } = transaction;
    const name = markedBranch(mark);
    const ownRoutes = staysOnTheWay
      ? routesForRequest(this.#context.proxied.signer, request, { arrived: source, leaves: flow })
      : [];
    const sent = forwardedRequest({ request, flow, branch: name, uri: uriFor(target), routes, ownRoutes, extra });
    const key = `${name}|${request.method}`;
    const client = new ClientTransaction({
      id: randomUUID(),
      branch: name,
      request: sent,
      flow,
      timers: this.#context.timers,
      outcome: (outcome) => this.#received(branch, outcome),
      released: () => this.#context.clients.delete(key),
    });
    this.#context.clients.set(key, client);
    this.#legs.set(branch, { client, ownRoutes, isHungUp: false });
    this.#apply({ type: "sent", branch });
    client.start();
    if (this.#audience?.wants === "the-end") this.#tellEnd("done");
  }

  #received(branch: number, outcome: ClientOutcome): void {
    if (outcome.kind !== "response") return this.#failed(branch, outcome.kind === "timed-out" ? 408 : 503);
    const { response, flow } = outcome;
    const { status } = response;
    this.#answers.set(branch, { response, flow, from: "target" });
    if (status < 200) this.#apply({ type: "provisional", branch, status });
    else this.#apply({ type: "final", branch, status, redirects: redirectsOf(response) });
  }

  #failed(branch: number, status: 408 | 503): void {
    const { transaction } = this.#order;
    const response = ownResponse(this.#legs.get(branch)?.client.request ?? transaction.request, [
      status,
      status === 408 ? "Request Timeout" : "Service Unavailable",
    ]);
    this.#answers.set(branch, { response, flow: transaction.source, from: "engine" });
    this.#apply({ type: "failed", branch, status });
  }

  /** CANCEL of a branch that rings (RFC 3261 §16.10). */
  #cancel(branch: number): void {
    const leg = this.#legs.get(branch);
    if (leg === undefined) return;
    const { client } = leg;
    const elsewhere = new HeaderList().append("Reason", 'SIP;cause=200;text="Call completed elsewhere"');
    const reasons = this.#state.upstream === "accepted" ? elsewhere : this.#reasons;
    startSilently(this.#context, cancelOf(client.request, reasons), { flow: client.flow, branch: client.branch });
    client.cancelSent();
  }

  #upstream(branch: number): { response: SipResponse; answer: Answer } | null {
    const answer = this.#answers.get(branch);
    const leg = this.#legs.get(branch);
    if (answer === undefined || leg === undefined) return null;
    const { request, source } = this.#order.transaction;
    const { response } = answer;
    const sent = leg.ownRoutes;
    const instead = routesForResponse(
      this.#context.proxied.signer,
      { request, response, sent },
      { arrived: source, leaves: leg.client.flow },
    );
    const replaced = (instead ?? []).map((value, index) => [sent[index] ?? "", value] as const);
    return { response: forwardedResponse({ response, request, replaced }), answer };
  }

  #passUp(branch: number, how: "through" | "beside"): void {
    const { transaction } = this.#order;
    const passed = this.#upstream(branch);
    if (passed === null) return;
    const { response } = passed;
    if (response.status < 300) this.#context.bindings.learn(transaction.request, response, transaction.source);
    if (how === "beside") transaction.back.send(writeAsReceived(response));
    else transaction.respond(response);
  }

  #answer(branch: number): void {
    const passed = this.#upstream(branch);
    if (passed === null) return;
    const { status } = passed.response;
    const target = this.#state.branches[branch]?.target;
    if ((status === 401 || status === 407) && target !== undefined)
      this.#context.proxied.rememberChallenge(passed.response, target.uri);
    this.#order.transaction.respond(passed.response);
  }

  /** Answered, but the caller has had another final answer: acknowledged and ended from here, once. */
  #hangUp(branch: number): void {
    const leg = this.#legs.get(branch);
    const answer = this.#answers.get(branch);
    if (leg === undefined || answer === undefined || leg.isHungUp) return;
    leg.isHungUp = true;
    const response = { ...answer.response, headers: answer.response.headers.copy() };
    // The way from here on: our own routes, and those of the proxies before us, are behind us.
    const recorded = response.headers.values("record-route");
    const own = recorded.indexOf(leg.ownRoutes[0] ?? "");
    const before = this.#order.transaction.request.headers.values("record-route").length;
    const beyond = own === -1 ? recorded.slice(0, recorded.length - before) : recorded.slice(0, own);
    response.headers.remove("record-route");
    for (const route of beyond) response.headers.append("Record-Route", route);
    void endForked(this.#context, { request: leg.client.request, response, flow: answer.flow });
  }

  #tell(branch: number): void {
    const answer = this.#answers.get(branch);
    if (this.#audience?.wants !== "every-answer" || answer === undefined) return;
    this.#sendToApplication(proxyResultFrame(this.#audience.messageId, answer.response, answer));
  }

  #tellEnd(outcome: "done" | "not-sent"): void {
    if (this.#audience === null) return;
    const { messageId } = this.#audience;
    this.#sendToApplication(
      outcome === "done"
        ? replyFrame(messageId, "OK", "done")
        : replyFrame(messageId, "NOK", "error proxying request to "),
    );
    this.#audience = null;
  }

  #sendToApplication(frame: Buffer): void {
    if (this.#audience) this.#context.applications.get(this.#audience.application)?.send(frame);
  }

  #startTimer(branch: number, timer: BranchTimer, afterMs: number): void {
    this.#stopTimer(branch, timer);
    const fire = (): void => {
      this.#timers.delete(`${timer}${branch}`);
      this.#apply({ type: "timer", branch, timer });
    };
    this.#timers.set(`${timer}${branch}`, setTimeout(fire, afterMs));
  }

  #stopTimer(branch: number, timer: BranchTimer): void {
    clearTimeout(this.#timers.get(`${timer}${branch}`));
    this.#timers.delete(`${timer}${branch}`);
  }
}

const ownAnswers = {
  408: [408, "Request Timeout"],
  487: [487, "Request Terminated"],
  500: [500, "Server Internal Error"],
} as const satisfies Record<number, readonly [number, string]>;
