/**
 * Record-Route and Path values of the engine (RFC 3261 §16.6 step 4, RFC 3327, RFC 5658): one when a request leaves by the socket it came to, two when it
 * changes sides (UDP to TCP, WebSocket to UDP, another address), so that each neighbour finds the engine on its own side.
 */
import { contactOf } from "../dialog/dialog.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { parseNameAddress, parseSipUri, tagOf } from "../message/sip-uri.ts";
import { isPrivateAddress, type Flow, type Peer } from "../transport/flow.ts";
import { contactFor, hostPortOf, schemeFor } from "../user-agent/build-message.ts";
import { tokenParameter, type RouteSigner, type RouteToken, type TokenUse } from "./route-token.ts";

/** In the order of the header: the side that the request leaves by first. */
export type OwnRoutes = readonly string[];

type Sides = { arrived: Flow; leaves: Flow };

/** For a request on its way out: its parameter leads later requests back to the caller. */
export function routesForRequest(signer: RouteSigner, request: SipRequest, sides: Sides): OwnRoutes {
  const use: TokenUse = request.method === "REGISTER" ? { kind: "path" } : useOf(request);
  const peer = callerPeer(request, sides.arrived);
  return routes(signer, use, { ...sides, scheme: schemeFor(request), inner: sides.arrived, peer });
}

/** For its answer on the way back: the caller's later requests are led to the callee. Null where the engine's own values are not in it. */
export function routesForResponse(
  signer: RouteSigner,
  answer: { request: SipRequest; response: SipResponse; sent: OwnRoutes },
  sides: Sides,
): OwnRoutes | null {
  const [first] = answer.sent;
  if (first === undefined || answer.request.method === "REGISTER") return null;
  const recorded = answer.response.headers.values("record-route");
  if (!recorded.includes(first)) return null;
  // Somebody else who stays on the way between us and the callee is found by its own route.
  const peer = recorded[0] === first ? farPeer(sides.leaves, contactOf(answer.response)) : null;
  const scheme = schemeFor(answer.request);
  return routes(signer, useOf(answer.request), { ...sides, scheme, inner: sides.leaves, peer });
}

function useOf({ headers }: SipRequest): TokenUse {
  return { kind: "dialog", callId: headers.first("call-id") ?? "", tag: tagOf(headers.first("from")) ?? "" };
}

function routes(
  signer: RouteSigner,
  use: TokenUse,
  way: Sides & {
    /** `sips` where the request asks for it (RFC 3261 §16.6 step 4); a side that is not secure keeps `sip`. */
    scheme: "sip" | "sips";
    /** The side whose value names the peer. */
    inner: Flow;
    peer: Peer | null;
  },
): OwnRoutes {
  const valueFor = (flow: Flow, peer: Peer | null): string =>
    contactFor(flow, way.scheme).replace(/>$/, `;lr;${tokenParameter}=${signer.sign(peer, use)}>`);
  const { arrived, leaves, inner, peer } = way;
  const isOneSide = arrived.protocol === leaves.protocol && hostPortOf(arrived) === hostPortOf(leaves);
  if (isOneSide) return [valueFor(inner, peer)];
  return [valueFor(leaves, inner === leaves ? peer : null), valueFor(arrived, inner === arrived ? peer : null)];
}

function peerOf(flow: Flow): Peer {
  return { protocol: flow.protocol, address: flow.remoteAddress, port: flow.remotePort };
}

/** How the caller is reached later, where its Contact alone does not say so; null: by its Contact, or by the proxy before us. */
function callerPeer(request: SipRequest, arrived: Flow): Peer | null {
  // A Path leads to the client that registers, whatever its Contact says.
  if (request.method === "REGISTER") return request.headers.has("path") ? null : peerOf(arrived);
  if (request.headers.has("record-route")) return null;
  const contact = contactOf(request);
  if (request.headers.values("via").length > 1) return farPeer(arrived, contact);
  if (arrived.protocol !== "udp") return peerOf(arrived);
  const address = hostAndPort(contact);
  const isThere =
    address?.host === arrived.remoteAddress && (address.port === null || address.port === arrived.remotePort);
  return isThere ? null : peerOf(arrived);
}

/** The same for a side of which it is not certain that the user agent itself is the neighbour: only where the Contact cannot work. */
function farPeer(flow: Flow, contact: string | null): Peer | null {
  const host = hostAndPort(contact)?.host;
  if (host === undefined) return null;
  const isConnection = flow.protocol !== "udp";
  if (isConnection && (host.endsWith(".invalid") || host === flow.remoteAddress)) return peerOf(flow);
  return isPrivateAddress(host) && !isPrivateAddress(flow.remoteAddress) ? peerOf(flow) : null;
}

function hostAndPort(uri: string | null): { host: string; port: number | null } | null {
  const parsed = uri === null ? null : parseSipUri(uri);
  return parsed === null ? null : { host: parsed.host.replace(/^\[|\]$/g, ""), port: parsed.port };
}

/** What the engine's own routes at the top of a request say. */
export type RouteTaken = {
  use: "dialog" | "path";
  flow: Peer | null;
  /** Routes that are left, in order. */
  rest: readonly string[];
  /** The request-URI, which a strict router before us has put last (RFC 3261 §16.4). */
  uri: string;
};

/** Takes the engine's own values off the route of a request; null when the first one is not ours, or not meant for this request. */
export function takeOwnRoutes(signer: RouteSigner, request: SipRequest): RouteTaken | null {
  const { headers } = request;
  let { uri } = request;
  let rest: readonly string[] = headers.values("route");
  // A strict router puts the next route into the request-URI and the request-URI at the end of the routes.
  if (uri.includes(`;${tokenParameter}=`)) {
    const last = rest.at(-1);
    if (last === undefined) return null;
    rest = [`<${uri}>`, ...rest.slice(0, -1)];
    uri = parseNameAddress(last).uri;
  }
  const uses = usesFor(request);
  // Two when it changes sides, more when it came through here more than once; the last is for the side that the request leaves by.
  let taken: RouteTaken | null = null;
  for (let found = readFor(signer, rest[0], uses); found !== null; found = readFor(signer, rest[0], uses)) {
    rest = rest.slice(1);
    taken = { use: found.use, flow: found.token.flow, rest, uri };
  }
  return taken;
}

function tokenOf(route: string | undefined): string | null {
  if (route === undefined || !route.includes(`;${tokenParameter}=`)) return null;
  return parseSipUri(parseNameAddress(route).uri)?.params.get(tokenParameter) ?? null;
}

/** Either side of the dialog: the caller's tag is in From or in To. Outside of a dialog only a registered client's Path is good. */
function usesFor({ headers }: SipRequest): TokenUse[] {
  const callId = headers.first("call-id") ?? "";
  const toTag = tagOf(headers.first("to"));
  const fromTag = tagOf(headers.first("from"));
  if (toTag === null || fromTag === null) return [];
  return [fromTag, toTag].map((tag) => ({ kind: "dialog", callId, tag }));
}

function readFor(
  signer: RouteSigner,
  route: string | undefined,
  uses: readonly TokenUse[],
): { use: "dialog" | "path"; token: RouteToken } | null {
  const value = tokenOf(route);
  if (value === null) return null;
  const token = signer.read(value, uses);
  if (token !== null) return { use: "dialog", token };
  const path = signer.read(value, [{ kind: "path" }]);
  return path === null ? null : { use: "path", token: path };
}
