/** What changes in a message that is passed on (RFC 3261 §16.6, §16.7), and nothing else: order, spelling and body stay as they came. */
import { HeaderList, headerSpelling, splitList, type Header } from "../message/header-list.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { tlsPeerKey } from "../tls/tls-peer.ts";
import type { Flow } from "../transport/flow.ts";
import { hostPortOf, viaFor } from "../user-agent/build-message.ts";
import { markedVia } from "./loop-mark.ts";

/** Headers that belong to the caller or to the engine: the application does not change them on the way. */
const untouchable = new Set([
  ..."via route record-route path rseq content-length from to call-id cseq max-forwards max-breadth contact content-type".split(
    " ",
  ),
  tlsPeerKey,
]);
/** Headers that are lists: what the application adds stands beside what was there. Of any other there is only one. */
const lists = new Set(
  "supported require proxy-require allow allow-events accept accept-encoding accept-language p-asserted-identity history-info diversion warning reason alert-info call-info error-info".split(
    " ",
  ),
);
const usualMaxForwards = 70;

export type Forwarding = {
  request: SipRequest;
  flow: Flow;
  branch: string;
  /** What a loop is known by. */
  mark: string;
  uri: string;
  /** Routes that it carries from here on. */
  routes: readonly string[];
  /** The engine's own values of Record-Route, or of Path for a REGISTER. */
  ownRoutes: readonly string[];
  /** Branches that it may be forked into from here on (RFC 5393 §5); null: that is not limited. */
  breadth: number | null;
  /** Headers that the application wants in it. */
  extra: HeaderList;
};

/** The request as it leaves. */
export function forwardedRequest(forwarding: Forwarding): SipRequest {
  const { request, flow } = forwarding;
  const { breadth } = forwarding;
  const headers = new HeaderList([header("Via", markedVia(viaFor(flow, forwarding.branch), forwarding.mark))]);
  const stays = request.method === "REGISTER" ? "Path" : "Record-Route";
  for (const own of forwarding.ownRoutes) headers.append(stays, own);
  for (const route of forwarding.routes) headers.append("Route", route);
  const hops = request.headers.first("max-forwards");
  if (hops === undefined) headers.append("Max-Forwards", String(usualMaxForwards));
  for (const each of request.headers) {
    if (each.key === "max-forwards") headers.append(each.name, String(Number(hops) - 1));
    else if (each.key !== "route" && each.key !== "content-length") headers.append(each.name, each.value);
  }
  addWanted(headers, forwarding);
  if (breadth !== null) headers.set("Max-Breadth", String(breadth));
  if (stays === "Path" && forwarding.ownRoutes.length > 0) requirePath(headers);
  return { ...request, uri: forwarding.uri, headers };
}

function header(name: string, value: string): Header {
  return { name, key: name.toLowerCase(), value };
}

function addWanted(headers: HeaderList, { extra, flow }: Forwarding): void {
  for (const { key, value } of extra) {
    if (untouchable.has(key)) continue;
    const written =
      key === "p-asserted-identity" ? value.replace(/@localhost(?=$|[>;:,\s])/g, `@${hostPortOf(flow)}`) : value;
    if (lists.has(key)) headers.append(headerSpelling(key), written);
    else headers.set(headerSpelling(key), written);
  }
}

/** The registrar has to know what to do with a Path (RFC 3327 §5.1). */
function requirePath(headers: HeaderList): void {
  const isThere = headers.values("require").some((tag) => tag.toLowerCase() === "path");
  if (!isThere) headers.append("Require", "path");
}

export type Returning = {
  response: SipResponse;
  request: SipRequest;
  /** Own values of Record-Route that were sent, and what stands in their place towards the caller. */
  replaced: readonly (readonly [sent: string, instead: string])[];
};

/** The response as it goes upstream: our Via off, our routes turned towards the callee. */
export function forwardedResponse({ response, request, replaced }: Returning): SipResponse {
  const vias = request.headers.lines("via");
  // Whoever answered has to give the Vias back as they were (RFC 3261 §8.2.6.2): ours are the ones that are certainly right.
  const headers = new HeaderList(vias.map((value) => header("Via", value)));
  for (const each of response.headers) {
    if (each.key === "via" || each.key === "content-length") continue;
    headers.append(each.name, each.key === "record-route" ? withReplaced(each.value, replaced) : each.value);
  }
  if (response.status !== 503) return { ...response, headers };
  // It is this one target that cannot serve, not the engine: told as 503 it would be avoided for every call (RFC 3261 §16.7 step 6).
  headers.remove("retry-after");
  return { ...response, status: 500, reason: "Server Internal Error", headers };
}

function withReplaced(line: string, replaced: Returning["replaced"]): string {
  if (replaced.length === 0) return line;
  const values = splitList(line).map((value) => replaced.find(([sent]) => sent === value)?.[1] ?? value);
  return values.join(", ");
}
