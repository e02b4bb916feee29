/**
 * Requests inside of dialogs that the engine stays on the way of, and requests towards clients that registered through it (control protocol §8):
 * passed on along their route without the application. Nothing else is: the first route has to carry the engine's own signature (`route-token.ts`).
 *
 * Decision: they pass with a transaction of their own, not statelessly as the reference does. Between UDP and a connection somebody has to repeat what
 * gets lost on the UDP side, and a 503 or 408 has to come from somebody. Only the ACK of a 2xx, which nobody answers, is sent on once each time it comes.
 */
import { HeaderList } from "../message/header-list.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { parseNameAddress, tagOf } from "../message/sip-uri.ts";
import { writeAsReceived } from "../message/write-message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse } from "../user-agent/build-message.ts";
import { newBranch, type Context } from "../user-agent/context.ts";
import { nextHop, type NextHop } from "../user-agent/next-hop.ts";
import { forwardedRequest } from "./forwarded-message.ts";
import { isLoop, markOf } from "./loop-mark.ts";
import { takeOwnRoutes, type RouteTaken } from "./own-routes.ts";
import { ProxiedRequest } from "./proxied-request.ts";
import { redirectOf } from "./targets.ts";

/** Methods that make a dialog: of these the engine stays on the way when they go to a client that is only reached through it. */
const dialogMakers = new Set(["INVITE", "SUBSCRIBE", "REFER"]);

/** Takes the request when its route is the engine's own. False: it is somebody else's business. */
export function passAlongRoute(context: Context, transaction: ServerTransaction): boolean {
  const { request } = transaction;
  const taken = ownRoutesOf(context, request);
  if (taken === null) return false;
  const refuse = (status: number, reason: string): true => {
    transaction.respond(ownResponse(request, [status, reason], transaction.localTag));
    return true;
  };
  if (request.headers.first("max-forwards") === "0") return refuse(483, "Too Many Hops");
  const mark = markOf(request);
  if (isLoop(request, mark)) return refuse(482, "Loop Detected");
  if (request.method === "INVITE") transaction.respond(ownResponse(request, [100, "Trying"]));
  transaction.takenOver();
  context.records?.passedBye(request);
  const pass = (preferred: Flow | null): void => {
    if (taken.use === "path" && preferred === null) refuse(430, "Flow Failed");
    else passOn(context, transaction, { taken, mark, preferred });
  };
  const remembered = rememberedFlow(context, taken);
  if (remembered instanceof Promise) void remembered.then(pass);
  else pass(remembered);
  return true;
}

type Passing = { taken: RouteTaken; mark: string; preferred: Flow | null };

function passOn(context: Context, transaction: ServerTransaction, { taken, mark, preferred }: Passing): void {
  const { request } = transaction;
  const next = nextOf(taken);
  const isNew = tagOf(request.headers.first("to")) === null;
  new ProxiedRequest(context, {
    transaction,
    plan: {
      isInvite: request.method === "INVITE",
      mode: "serial",
      redirects: "passed-on",
      provisionalMs: null,
      finalMs: null,
      timerCMs: context.timers.c,
    },
    targets: [redirectOf(next.hop)],
    routes: next.routes,
    staysOnTheWay: taken.use === "path" && isNew && dialogMakers.has(request.method),
    breadth: null,
    extra: new HeaderList(),
    mark,
    audience: null,
    preferred,
    uriFor: () => next.uri,
  }).start();
}

/** An ACK of a 2xx on its way along the engine's own route. */
export function passAck(context: Context, request: SipRequest): boolean {
  const taken = ownRoutesOf(context, request);
  if (taken === null || taken.use === "path" || request.headers.first("max-forwards") === "0") return false;
  const mark = markOf(request);
  if (!isLoop(request, mark)) findWay(context, taken, (flow) => sendAck(request, { taken, mark, flow }));
  return true;
}

/** At once where the way is known: a request that came in one read with its ACK may not overtake it. */
function findWay(context: Context, taken: RouteTaken, found: (flow: Flow) => void): void {
  const take = (way: NextHop): void => {
    if (way.kind === "flow") found(way.flow);
  };
  const go = (preferred: Flow | null): void => {
    const way = nextHop(context, nextOf(taken).hop, preferred);
    if (way instanceof Promise) void way.then(take);
    else take(way);
  };
  const remembered = rememberedFlow(context, taken);
  if (remembered instanceof Promise) void remembered.then(go);
  else go(remembered);
}

function sendAck(request: SipRequest, { taken, mark, flow }: { taken: RouteTaken; mark: string; flow: Flow }): void {
  const { uri, routes } = nextOf(taken);
  const branch = newBranch();
  const extra = new HeaderList();
  const sent = forwardedRequest({ request, flow, branch, mark, uri, routes, ownRoutes: [], breadth: null, extra });
  flow.send(writeAsReceived(sent));
}

/** Cheap for the many requests without a route. */
function ownRoutesOf(context: Context, request: SipRequest): RouteTaken | null {
  return request.headers.has("route") ? takeOwnRoutes(context.proxied.signer, request) : null;
}

type Next = { hop: string; uri: string; routes: readonly string[] };

/** Where it goes: the next route, else the request-URI. A strict router wants itself in the request-URI (RFC 3261 §16.6 step 6). */
function nextOf({ rest, uri }: RouteTaken): Next {
  const [first, ...more] = rest;
  if (first === undefined) return { hop: uri, uri, routes: rest };
  const router = parseNameAddress(first).uri;
  const isLoose = /;lr(?=[;=?]|$)/i.test(router);
  return isLoose ? { hop: router, uri, routes: rest } : { hop: router, uri: router, routes: [...more, `<${uri}>`] };
}

/** The connection or address that the route names, where the next stop is that peer and the connection is still there. */
function rememberedFlow({ transport }: Context, { flow, rest }: RouteTaken): Flow | null | Promise<Flow | null> {
  if (flow === null || rest.length > 0) return null;
  const ready = transport.readyFlowTo(flow);
  // A connection that is gone cannot be made from here: its far end was the one that made it.
  if (ready !== null || flow.protocol !== "udp") return ready;
  return transport.flowTo(flow).catch(() => null);
}
