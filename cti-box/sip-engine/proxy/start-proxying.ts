/** Passing a request on: the checks before it (RFC 3261 §16.3), and what the engine does to it on its own (control protocol §8). */
import { isIP } from "node:net";
import { HeaderList } from "../message/header-list.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { parseNameAddress, parseSipUri } from "../message/sip-uri.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { defaultPort, destinationOf } from "../resolve/destination.ts";
import { ownResponse } from "../user-agent/build-message.ts";
import type { Context } from "../user-agent/context.ts";
import { endEarlyDialog } from "../user-agent/early-dialogs.ts";
import { sharedKey } from "../user-agent/request-keys.ts";
import { isLoop, markOf } from "./loop-mark.ts";
import { ProxiedRequest } from "./proxied-request.ts";
import type { Audience } from "./proxy-report.ts";
import type { ProxyPlan, Target } from "./response-state.ts";
import { redirectOf } from "./targets.ts";
import { noteReaction } from "../user-agent/note-reaction.ts";

/** Extensions that a proxy has to know before it may pass the request on: the engine changes nothing that they speak of. */
const proxyExtensions = new Set(["sec-agree", "privacy"]);
/** Of a request that does not say (RFC 5393 §5.3.3). */
const usualBreadth = 60;

export type ProxyWish = {
  destinations: readonly string[];
  /** The engine stays on the way of the dialog, or of the requests to the client that registers. */
  staysOnTheWay: boolean;
  mode: ProxyPlan["mode"];
  redirects: ProxyPlan["redirects"];
  /** Milliseconds; null: none. */
  provisionalMs: number | null;
  finalMs: number | null;
  extra?: HeaderList;
  /** Who hears of the answers; null: nobody. */
  audience: Audience | null;
};

/** Takes a request that is not answered yet and passes it on; the reason where that was not allowed, and the caller has been answered with it. */
export function startProxying(context: Context, transaction: ServerTransaction, wish: ProxyWish): string | null {
  const { request } = transaction;
  const mark = markOf(request);
  const fault = faultOf(request, mark);
  if (fault !== null) {
    const response = ownResponse(request, fault.answer, transaction.localTag);
    if (fault.unsupported !== undefined) response.headers.append("Unsupported", fault.unsupported);
    transaction.respond(response);
    return fault.text;
  }
  takeOver(context, transaction);
  const challenger = context.proxied.challengedBy(request);
  const { redirects, provisionalMs, finalMs } = wish;
  const destinations = challenger === null ? wish.destinations : [challenger];
  const { mode, breadth } = forking(request, wish.mode, destinations.length);
  const isInvite = request.method === "INVITE";
  new ProxiedRequest(context, {
    transaction,
    plan: { isInvite, mode, redirects, provisionalMs, finalMs, timerCMs: context.timers.c },
    targets: destinations.map(redirectOf),
    routes: routesBeyond(context, request),
    staysOnTheWay: wish.staysOnTheWay,
    breadth,
    extra: wish.extra ?? new HeaderList(),
    mark,
    audience: wish.audience,
    preferred: null,
    uriFor: (target) => uriFor(context, request, target),
  }).start();
  return null;
}

/**
 * The request's allowance of branches, shared among targets that are asked at the same time; where it is too small for that they are asked one after the
 * other (RFC 5393 §5.3.3). A request that carries none gets one only where the engine itself forks.
 */
function forking(
  { headers }: SipRequest,
  wanted: ProxyPlan["mode"],
  targets: number,
): { mode: ProxyPlan["mode"]; breadth: number | null } {
  const given = headers.first("max-breadth");
  const allowed = given === undefined ? usualBreadth : Number.parseInt(given, 10);
  const isParallel = wanted === "simultaneous" && targets > 1;
  if (!isParallel || Number.isNaN(allowed)) return { mode: wanted, breadth: null };
  return targets > allowed
    ? { mode: "serial", breadth: null }
    : { mode: wanted, breadth: Math.floor(allowed / targets) };
}

/** The transaction is not the application's any more; the same INVITE may come by again on another way (RFC 3261 §16.3). */
function takeOver(context: Context, transaction: ServerTransaction): void {
  const use = context.serverUses.get(transaction.id);
  if (use !== undefined) noteReaction(context, use);
  // What the application said before made a dialog with it that will never be.
  if (transaction.request.method === "INVITE") endEarlyDialog(context, transaction);
  context.invitesOfTheirs.remove(use?.dialogId ?? "", transaction.id);
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
  if (Number(request.headers.first("max-breadth") ?? usualBreadth) === 0)
    return { answer: [440, "Max-Breadth Exceeded"], text: "Rejected with 440 Max-Breadth Exceeded" };
  const unknown = request.headers.values("proxy-require").filter((tag) => !proxyExtensions.has(tag.toLowerCase()));
  if (unknown.length === 0) return null;
  const text = "Rejected with 420 Bad Extension due to Proxy-Require";
  return { answer: [420, "Bad Extension"], text, unsupported: unknown.join(", ") };
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

/** Whether a URI leads to one of the engine's own sockets, by address or by name. */
function namesEngine({ transport }: Context, uri: string): boolean {
  const parsed = parseSipUri(uri);
  const destination = parsed === null ? null : destinationOf(parsed);
  if (destination === null) return false;
  const { host: address, port, protocol, isSecure } = destination;
  if (isIP(address) === 0) return transport.isOwnName(address, port);
  const usual = defaultPort(protocol ?? (isSecure ? "tls" : "udp"));
  return transport.listeners.some((each) =>
    transport.isOurself({ protocol: each.protocol, address, port: port ?? usual }),
  );
}
