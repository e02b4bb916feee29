/** The `proxy` command (control protocol §8): its fields, and the checks before a request is passed on (RFC 3261 §16.3). */
import { isIP } from "node:net";
import type { Application } from "../control/applications.ts";
import { replyFrame } from "../control/frames.ts";
import { HeaderList } from "../message/header-list.ts";
import { parseFromApplication } from "../message/parse-message.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { parseNameAddress, parseSipUri } from "../message/sip-uri.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { TimerValues } from "../transaction/timers.ts";
import { ownResponse } from "../user-agent/build-message.ts";
import type { Context } from "../user-agent/context.ts";
import { findNextHop } from "../user-agent/next-hop.ts";
import { sharedKey } from "../user-agent/request-keys.ts";
import { isLoop, markOf } from "./loop-mark.ts";
import { ProxiedRequest } from "./proxied-request.ts";
import type { ProxyPlan, Target } from "./response-state.ts";
import { redirectOf } from "./targets.ts";

/** Extensions that a proxy has to know before it may pass the request on: the engine changes nothing that they speak of. */
const proxyExtensions = new Set(["sec-agree", "privacy"]);
/** 185 s at the usual T1: more than the three minutes of RFC 3261 §16.6 step 11. */
const timerCInT1 = 370;
const longestTimeoutMs = 24 * 3_600_000;

export type ProxyFields = { messageId: string; fields: readonly string[]; message: Buffer | null };

/** Passes a request on as the application says. `incomplete`: the frame does not say what to where. */
export function proxyCommand(
  context: Context,
  application: Application,
  { messageId, fields, message }: ProxyFields,
): "handled" | "incomplete" {
  const [, , transactionId = "", remains, full, follow, mode, provisional, final, ...given] = fields;
  const destinations = given.map((uri) => uri.trim()).filter((uri) => uri !== "");
  if (transactionId === "" || destinations.length === 0) return "incomplete";
  const refuse = (text: string): "handled" => {
    application.send(replyFrame(messageId, "NOK", text));
    return "handled";
  };
  const transaction = context.serversById.get(transactionId);
  if (transaction === undefined || !transaction.isOpen || !context.serverUses.has(transactionId))
    return refuse(`Unknown transaction id: ${transactionId}`);
  const mark = markOf(transaction.request);
  const fault = faultOf(transaction.request, mark);
  const { request } = transaction;
  if (fault !== null) {
    const response = ownResponse(request, fault.answer, transaction.localTag);
    if (fault.unsupported !== undefined) response.headers.append("Unsupported", fault.unsupported);
    transaction.respond(response);
    return refuse(fault.text);
  }
  takeOver(context, transaction);
  const challenger = context.proxied.challengedBy(request);
  new ProxiedRequest(context, {
    transaction,
    plan: planOf({ request, mode, follow, provisional, final }, context.timers),
    targets: (challenger === null ? destinations : [challenger]).map(redirectOf),
    routes: routesBeyond(context, request),
    staysOnTheWay: remains === "remainInDialog",
    extra: headersOf(message),
    mark,
    audience: {
      application: application.name,
      messageId,
      wants: full === "fullResponse" ? "every-answer" : "the-end",
    },
    way: ({ uri }) => findNextHop(context, uri, null),
    uriFor: (target) => uriFor(context, request, target),
  }).start();
  return "handled";
}

type Options = {
  request: SipRequest;
  mode: string | undefined;
  follow: string | undefined;
  provisional: string | undefined;
  final: string | undefined;
};

function planOf({ request, mode, follow, provisional, final }: Options, timers: TimerValues): ProxyPlan {
  return {
    isInvite: request.method === "INVITE",
    mode: mode === "simultaneous" ? "simultaneous" : "serial",
    redirects: follow === "followRedirects" ? "followed" : "passed-on",
    provisionalMs: milliseconds(provisional),
    finalMs: milliseconds(final),
    timerCMs: timers.t1 * timerCInT1,
  };
}

/** `2s` or `1500ms`; null where it says nothing. */
function milliseconds(text: string | undefined): number | null {
  const found = /^(\d{1,8})(ms|s)?$/.exec(text?.trim() ?? "");
  const value = Number(found?.[1] ?? 0) * (found?.[2] === "s" ? 1_000 : 1);
  return value > 0 ? Math.min(value, longestTimeoutMs) : null;
}

/** The transaction is not the application's any more; the same INVITE may come by again on another way (RFC 3261 §16.3). */
function takeOver(context: Context, transaction: ServerTransaction): void {
  context.serverUses.delete(transaction.id);
  const shared = sharedKey(transaction.request);
  if (context.invites.get(shared) === transaction) context.invites.delete(shared);
  transaction.takenOver();
}

type Fault = { answer: readonly [status: number, reason: string]; text: string; unsupported?: string };

function faultOf(request: SipRequest, mark: string): Fault | null {
  if (Number(request.headers.first("max-forwards") ?? "70") === 0) {
    const text = "Rejected with 483 Too Many Hops due to Max-Forwards value of 0";
    return { answer: [483, "Too Many Hops"], text };
  }
  if (isLoop(request, mark)) return { answer: [482, "Loop Detected"], text: "Rejected with 482 Loop Detected" };
  const unknown = request.headers.values("proxy-require").filter((tag) => !proxyExtensions.has(tag.toLowerCase()));
  if (unknown.length === 0) return null;
  const text = "Rejected with 420 Bad Extension due to Proxy-Require";
  return { answer: [420, "Bad Extension"], text, unsupported: unknown.join(", ") };
}

function headersOf(message: Buffer | null): HeaderList {
  const parsed = message === null ? null : parseFromApplication(message);
  return parsed?.ok ? parsed.message.headers : new HeaderList();
}

/** Routes that are left once those that name the engine are taken off the top. */
function routesBeyond(context: Context, request: SipRequest): string[] {
  const routes = request.headers.values("route");
  while (routes[0] !== undefined && namesEngine(context, parseNameAddress(routes[0]).uri)) routes.shift();
  return routes;
}

/** The request-URI gives way to the target only where it names the engine, or where the target comes from a redirection (control protocol §8). */
function uriFor(context: Context, { uri }: SipRequest, target: Target): string {
  if (/^tel:/i.test(uri) && target.from === "destination") return uri;
  return target.from === "redirect" || namesEngine(context, uri) ? target.uri : uri;
}

/** Whether a URI leads to one of the engine's own sockets. */
function namesEngine({ transport }: Context, uri: string): boolean {
  const parsed = parseSipUri(uri);
  const address = parsed?.host.replace(/^\[|\]$/g, "") ?? "";
  if (parsed === null || isIP(address) === 0) return false;
  const port = parsed.port ?? (parsed.scheme === "sips" ? 5061 : 5060);
  return transport.listeners.some(({ protocol }) => transport.isOurself({ protocol, address, port }));
}
