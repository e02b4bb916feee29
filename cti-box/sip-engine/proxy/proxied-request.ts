/**
 * One proxied request at work: the machine of `response-context.ts` with its server transaction, a client transaction for each branch, its timers, and
 * what the application is told (control protocol §8).
 */
import { randomUUID } from "node:crypto";
import { HeaderList } from "../message/header-list.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { writeAsReceived } from "../message/write-message.ts";
import { whenPrepared, type Build, type PreparedRequest } from "../resolve/prepared-request.ts";
import { sendAlong } from "../resolve/sent-along.ts";
import { cancelOf, type ClientOutcome, type ClientTransaction } from "../transaction/client-transaction.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse } from "../user-agent/build-message.ts";
import { startSilently } from "../user-agent/cancel.ts";
import type { Context } from "../user-agent/context.ts";
import { endForked } from "../user-agent/repeated-answers.ts";
import { BranchTimers } from "./branch-timers.ts";
import { forwardedRequest, forwardedResponse } from "./forwarded-message.ts";
import { routesForRequest, routesForResponse, type OwnRoutes } from "./own-routes.ts";
import { ProxyReport, type Answer, type Audience } from "./proxy-report.ts";
import { applyProxyEvent } from "./response-context.ts";
import {
  responseContext,
  type ProxyEffect,
  type ProxyEvent,
  type ProxyPlan,
  type Redirect,
  type ResponseContext,
  type Target,
} from "./response-state.ts";
import { redirectsOf } from "./targets.ts";

export type ProxyOrder = {
  transaction: ServerTransaction;
  plan: ProxyPlan;
  targets: readonly Redirect[];
  /** Routes that it carries from here on. */
  routes: readonly string[];
  staysOnTheWay: boolean;
  /** Branches that each target may fork it into (RFC 5393); null: not limited. */
  breadth: number | null;
  extra: HeaderList;
  mark: string;
  audience: Audience | null;
  /** The connection or address that it leaves by; null: where the target's URI leads. */
  preferred: Flow | null;
  uriFor: (target: Target) => string;
};

/** `client`: the one in force, where a target has several addresses. */
type Leg = { client: ClientTransaction | null; isHungUp: boolean };

export class ProxiedRequest {
  readonly #context: Context;
  readonly #order: ProxyOrder;
  readonly #legs = new Map<number, Leg>();
  /** Own routes that each request was sent with: they differ with the socket it left by. */
  readonly #ownRoutes = new WeakMap<SipRequest, OwnRoutes>();
  readonly #answers = new Map<number, Answer>();
  readonly #timers = new BranchTimers((branch, timer) => this.#apply({ type: "timer", branch, timer }));
  readonly #report: ProxyReport;
  #state: ResponseContext;
  #reasons = new HeaderList();

  constructor(context: Context, order: ProxyOrder) {
    this.#context = context;
    this.#order = order;
    this.#report = new ProxyReport(context.applications, order.audience);
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
    this.#timers.close();
    this.#report.close();
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
        this.#open(effect.branch, effect.target);
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
        this.#report.end(effect.outcome);
        break;
      case "start-timer":
        this.#timers.start(effect.branch, effect.timer, effect.afterMs);
        break;
      case "stop-timer":
        this.#timers.stop(effect.branch, effect.timer);
        break;
      case "stop-timers":
        this.#timers.stopAllOf(effect.branch);
        break;
      case "release":
        this.#context.proxied.remove(this);
        break;
    }
  }

  #open(branch: number, target: Target): void {
    // An effect of an earlier one of the same step may have ended it already.
    if (this.#state.branches[branch]?.state !== "opening") return;
    const { preferred } = this.#order;
    const build: Build = (flow, name) => ({ ok: true, message: this.#build(target, flow, name) });
    const send = (prepared: PreparedRequest): void => {
      // The caller may have left, or another target accepted, while the way was looked for.
      if (this.#state.branches[branch]?.state !== "opening") return;
      if (prepared.kind === "refused") this.#apply({ type: "no-way", branch });
      else this.#send(branch, prepared, build);
    };
    void whenPrepared(this.#context, { uri: target.uri, preferred, build }, send);
  }

  #build(target: Target, flow: Flow, branch: string): SipRequest {
    const { transaction, staysOnTheWay, uriFor, ...same } = this.#order;
    const { request, source } = transaction;
    const { signer } = this.#context.proxied;
    const ownRoutes = staysOnTheWay ? routesForRequest(signer, request, { arrived: source, leaves: flow }) : [];
    const sent = forwardedRequest({ ...same, request, flow, branch, uri: uriFor(target), ownRoutes });
    this.#ownRoutes.set(sent, ownRoutes);
    return sent;
  }

  #send(branch: number, prepared: Extract<PreparedRequest, { kind: "ready" }>, build: Build): void {
    const leg: Leg = { client: null, isHungUp: false };
    this.#legs.set(branch, leg);
    const record = this.#context.records?.passedOn(prepared.request);
    const { first } = sendAlong(this.#context, {
      id: randomUUID(),
      ...prepared,
      build: (flow, name) => {
        const built = build(flow, name);
        return built.ok ? built.message : null;
      },
      outcome: (outcome) => {
        record?.(outcome);
        this.#received(branch, outcome);
      },
      inForce: (client) => (leg.client = client),
      mayMoveOn: () => ["calling", "ringing"].includes(this.#state.branches[branch]?.state ?? ""),
      hangUp: (late) => this.#end(late),
      released: () => undefined,
    });
    this.#apply({ type: "sent", branch });
    first.start();
    this.#report.onItsWay();
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
    const response = ownResponse(this.#legs.get(branch)?.client?.request ?? transaction.request, [
      status,
      status === 408 ? "Request Timeout" : "Service Unavailable",
    ]);
    this.#answers.set(branch, { response, flow: transaction.source, from: "engine" });
    this.#apply({ type: "failed", branch, status });
  }

  /** CANCEL of a branch that rings (RFC 3261 §16.10). */
  #cancel(branch: number): void {
    const client = this.#legs.get(branch)?.client ?? null;
    if (client === null) return;
    const elsewhere = new HeaderList().append("Reason", 'SIP;cause=200;text="Call completed elsewhere"');
    const reasons = this.#state.upstream === "accepted" ? elsewhere : this.#reasons;
    startSilently(this.#context, cancelOf(client.request, reasons), { flow: client.flow, branch: client.branch });
    client.cancelSent();
  }

  #upstream(branch: number): { response: SipResponse; answer: Answer } | null {
    const answer = this.#answers.get(branch);
    const client = this.#legs.get(branch)?.client ?? null;
    if (answer === undefined || client === null) return null;
    const { request, source } = this.#order.transaction;
    const { response } = answer;
    const sent = this.#ownRoutes.get(client.request) ?? [];
    const instead = routesForResponse(
      this.#context.proxied.signer,
      { request, response, sent },
      { arrived: source, leaves: client.flow },
    );
    const replaced = (instead ?? []).map((value, index) => [sent[index] ?? "", value] as const);
    return { response: forwardedResponse({ response, request, replaced }), answer };
  }

  #passUp(branch: number, how: "through" | "beside"): void {
    const { transaction } = this.#order;
    const passed = this.#upstream(branch);
    if (passed === null) return;
    const { response } = passed;
    const { method } = transaction.request;
    const isGranted = response.status >= 200 && response.status < 300;
    // A client that registers through the engine is reached through it.
    if (isGranted && (method === "REGISTER" || method === "SUBSCRIBE"))
      this.#context.bindings.learn(transaction.request, response, transaction.source);
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
    const sent = leg?.client?.request;
    if (leg === undefined || answer === undefined || sent === undefined || leg.isHungUp) return;
    leg.isHungUp = true;
    this.#end({ request: sent, ...answer });
  }

  #end({ request, response: came, flow }: { request: SipRequest; response: SipResponse; flow: Flow }): void {
    const response = { ...came, headers: came.headers.copy() };
    // The way from here on: our own routes, and those of the proxies before us, are behind us.
    const recorded = response.headers.values("record-route");
    const own = recorded.indexOf(this.#ownRoutes.get(request)?.[0] ?? "");
    const before = this.#order.transaction.request.headers.values("record-route").length;
    const beyond = own === -1 ? recorded.slice(0, recorded.length - before) : recorded.slice(0, own);
    response.headers.remove("record-route");
    for (const route of beyond) response.headers.append("Record-Route", route);
    void endForked(this.#context, { request, response, flow });
  }

  #tell(branch: number): void {
    const answer = this.#answers.get(branch);
    if (answer !== undefined) this.#report.answer(answer);
  }
}

const ownAnswers = {
  408: [408, "Request Timeout"],
  487: [487, "Request Terminated"],
  500: [500, "Server Internal Error"],
} as const satisfies Record<number, readonly [number, string]>;
