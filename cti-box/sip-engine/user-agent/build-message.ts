/** Completing what the application left out: requests (control protocol §4, §6.1) and responses (§5.2). */
import { HeaderList, headerSpelling } from "../message/header-list.ts";
import { noBody, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { tagOf, withTag } from "../message/sip-uri.ts";
import { fromIn } from "../dialog/connected-identity.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { tlsPeerKey } from "../tls/tls-peer.ts";
import { isSecure, uriTransport, type Flow } from "../transport/flow.ts";
import { randomToken } from "./context.ts";
import { createHmac, randomBytes, randomUUID } from "node:crypto";

/** Headers that are the engine's own business, whatever the application wrote. */
const ours = new Set(["via", "route", "record-route", "rseq", "content-length", tlsPeerKey]);
const identity = new Set(["from", "to", "call-id", "cseq", "max-forwards", "contact", "content-type"]);
/** Headers whose value may hold our own address as `localhost`. */
const withLocalhost = new Set(["contact", "p-asserted-identity", "from", "to"]);

export type Built<T> = { ok: true; message: T } | { ok: false; reason: string };

export function hostPortOf(flow: Flow): string {
  const { host, port } = flow.advertised;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * Our Contact towards a peer. Over TLS a `sip:` URI with `transport=tls`, which says that this hop is safe and no more; `sips:` where the dialog asks for it all
 * the way (RFC 3261 §8.1.1.8, §12.1.1, RFC 5630 §3.1.1), and then without `transport=tls` (§3.1.3).
 */
export function contactFor(flow: Flow, scheme: "sip" | "sips" = "sip"): string {
  const { protocol } = flow;
  if (scheme === "sips" && isSecure(protocol))
    return `<sips:${hostPortOf(flow)}${protocol === "wss" ? ";transport=ws" : ""}>`;
  return `<sip:${hostPortOf(flow)}${protocol === "udp" ? "" : `;transport=${uriTransport(protocol)}`}>`;
}

/** `sips` for a request that is meant for a `sips:` URI, or whose first route is one. */
export function schemeFor({ uri, headers }: Pick<SipRequest, "uri" | "headers">): "sip" | "sips" {
  return isSips(uri) || isSips(headers.first("route")) ? "sips" : "sip";
}

/** Of our Contact in the answer: also where the request came by a `sips:` route, or without one from a `sips:` Contact. */
function answerScheme(request: SipRequest): "sip" | "sips" {
  const { headers } = request;
  return isSips(headers.first("record-route") ?? headers.first("contact")) ? "sips" : schemeFor(request);
}

function isSips(value: string | undefined): boolean {
  return value !== undefined && /^[^,<]*<?sips:/i.test(value);
}

export function viaFor(flow: Flow, branch: string): string {
  return `SIP/2.0/${flow.protocol.toUpperCase()} ${hostPortOf(flow)};rport;branch=${branch}`;
}

function localised(value: string, flow: Flow): string {
  if (!value.includes("localhost")) return value;
  return value.replace(/(^|[@:])localhost(?=$|[>;:,\s])(:\d+)?/g, (_all, before: string) => before + hostPortOf(flow));
}

function contentTypeOf(given: HeaderList, body: Buffer): Built<string | null> {
  const type = given.first("content-type");
  if (type !== undefined || body.length === 0) return { ok: true, message: type ?? null };
  if (body.toString("latin1", 0, 3) === "v=0") return { ok: true, message: "application/sdp" };
  return { ok: false, reason: "missing content-type" };
}

function copyOthers(from: HeaderList, to: HeaderList, flow: Flow): void {
  for (const header of from) {
    if (ours.has(header.key) || identity.has(header.key)) continue;
    to.append(headerSpelling(header.key), withLocalhost.has(header.key) ? localised(header.value, flow) : header.value);
  }
}

const cseqPattern = /^\s*(\d{1,10})\s/;

/** A new request outside of any dialog. */
export function buildRequest(given: SipRequest, flow: Flow, branch: string): Built<SipRequest> {
  const { method, uri, body } = given;
  const type = contentTypeOf(given.headers, body);
  if (!type.ok) return type;
  const contact = `<sip:${hostPortOf(flow)}>`;
  const from = localised(given.headers.first("from") ?? contact, flow);
  if (!/sips?:|tel:/i.test(from)) return { ok: false, reason: `invalid from value provided by client: ${from}` };
  const cseq = Number(cseqPattern.exec(given.headers.first("cseq") ?? "")?.[1] ?? freshCseq());
  const headers = new HeaderList();
  headers.append("Via", viaFor(flow, branch));
  headers.append("Max-Forwards", given.headers.first("max-forwards") ?? "70");
  headers.append("From", tagOf(from) === null ? withTag(from, randomToken()) : from);
  const to = localised(given.headers.first("to") ?? `<${uri}>`, flow);
  headers.append("To", to);
  headers.append("Call-ID", given.headers.first("call-id") ?? randomUUID());
  headers.append("CSeq", `${cseq} ${method}`);
  const ownContact = given.headers.first("contact");
  if (ownContact !== undefined) headers.append("Contact", bracketed(localised(ownContact, flow), flow));
  else if (method === "INVITE" || method === "SUBSCRIBE") headers.append("Contact", contactFor(flow, schemeFor(given)));
  copyOthers(given.headers, headers, flow);
  if (type.message !== null) headers.append("Content-Type", type.message);
  return { ok: true, message: { kind: "request", method, uri, headers, body } };
}

/** A Contact of ours over a connection says so, or answers in the dialog would come over UDP. */
function bracketed(contact: string, flow: Flow): string {
  const value = contact.includes("<") ? contact : `<${contact}>`;
  if (flow.protocol === "udp" || /;transport=/i.test(value) || !value.includes(hostPortOf(flow))) return value;
  if (/<sips:/i.test(value) && flow.protocol === "tls") return value;
  return value.replace(">", `;transport=${uriTransport(flow.protocol)}>`);
}

/** Below 2^31, with room for the requests to come (RFC 3261 §8.1.1.5). */
function freshCseq(): number {
  return 1 + Math.floor(Math.random() * 0x3fff_ffff);
}

/** A request inside a dialog; `cseq` has been counted up by the caller, except for an ACK. */
export function buildDialogRequest(
  given: SipRequest,
  dialog: Dialog,
  sent: { flow: Flow; branch: string; cseq: number },
): Built<SipRequest> {
  const { method, body } = given;
  const type = contentTypeOf(given.headers, body);
  if (!type.ok) return type;
  // What `drachtio-srf` writes into an ACK or PRACK is the INVITE's URI: both go to where the answer said (RFC 3261 §12.2.1.1).
  const isOfTarget = method === "ACK" || method === "PRACK" || given.uri.includes("placeholder");
  const target = isOfTarget ? dialog.remoteTarget : given.uri;
  const headers = new HeaderList();
  headers.append("Via", viaFor(sent.flow, sent.branch));
  const strict = dialog.routeSet[0] !== undefined && !/;lr(;|>|=|$)/i.test(dialog.routeSet[0]);
  // A first router without `lr` is a strict one: it wants itself in the request-URI (RFC 3261 §12.2.1.1).
  const routes = strict ? [...dialog.routeSet.slice(1), `<${target}>`] : dialog.routeSet;
  for (const route of routes) headers.append("Route", route);
  headers.append("Max-Forwards", given.headers.first("max-forwards") ?? "70");
  headers.append("From", localised(fromIn(dialog, given.headers), sent.flow));
  headers.append("To", dialog.remote);
  headers.append("Call-ID", dialog.callId);
  headers.append("CSeq", `${sent.cseq} ${method}`);
  const contact = given.headers.first("contact");
  if (contact !== undefined) headers.append("Contact", bracketed(localised(contact, sent.flow), sent.flow));
  else if (["INVITE", "SUBSCRIBE", "REFER", "UPDATE", "NOTIFY"].includes(method)) {
    const own = dialog.localContact;
    headers.append("Contact", own === "" ? contactFor(sent.flow, schemeFor({ uri: target, headers })) : own);
  }
  copyOthers(given.headers, headers, sent.flow);
  if (type.message !== null) headers.append("Content-Type", type.message);
  const uri = strict ? (/<([^>]+)>/.exec(dialog.routeSet[0] ?? "")?.[1] ?? target) : target;
  return { ok: true, message: { kind: "request", method, uri, headers, body } };
}

/** A response of the application, completed from the request. */
export function buildResponse(
  given: SipResponse,
  request: SipRequest,
  sent: { flow: Flow; localTag: string; reliability: "reliable" | "unreliable" },
): Built<SipResponse> {
  const { status, reason, body } = given;
  const type = contentTypeOf(given.headers, body);
  if (!type.ok) return type;
  const headers = responseHeaders(request, status, sent.localTag);
  const contact = given.headers.first("contact");
  // Mandatory where the answer makes a dialog or refreshes its target (RFC 3261 §12.1.1, RFC 3311 §5.3, RFC 3515 §2.2).
  const wantsContact = ["INVITE", "SUBSCRIBE", "UPDATE", "REFER"].includes(request.method);
  if (contact !== undefined) {
    for (const line of given.headers.lines("contact")) headers.append("Contact", localised(line, sent.flow));
  } else if (wantsContact && ((status >= 200 && status < 300) || sent.reliability === "reliable"))
    headers.append("Contact", contactFor(sent.flow, answerScheme(request)));
  copyOthers(given.headers, headers, sent.flow);
  // A caller that requires reliable responses gets them from an application that does not know of them as well (RFC 3262 §3).
  if (sent.reliability === "reliable" && !headers.values("require").some((tag) => tag.toLowerCase() === "100rel"))
    headers.append("Require", "100rel");
  if (type.message !== null) headers.append("Content-Type", type.message);
  return { ok: true, message: { kind: "response", status, reason, headers, body } };
}

/**
 * A response that the engine gives on its own. Its To tag follows from the request: the same request gets the same one again, also where no
 * transaction remembers it (RFC 3261 §8.2.7), and `localTag` where other answers had one already.
 */
export function ownResponse(
  request: SipRequest,
  [status, reason]: readonly [status: number, reason: string],
  localTag: string | null = null,
): SipResponse {
  const tag = status === 100 ? "" : (localTag ?? ownTag(request));
  return { kind: "response", status, reason, headers: responseHeaders(request, status, tag), body: noBody };
}

/** Known to this process only, so that nobody can tell our tags beforehand. */
const tagKey = randomBytes(16);

/** The To tag of answers that the engine gives on its own to this request. */
export function ownTag(request: SipRequest): string {
  const parts = ["via", "call-id", "from"].map((key) => request.headers.first(key) ?? "");
  return createHmac("sha256", tagKey).update(parts.join("\n")).digest("hex").slice(0, 16);
}

const repeated = [
  ["From", "from"],
  ["To", "to"],
  ["Call-ID", "call-id"],
  ["CSeq", "cseq"],
] as const;

/** Via, From, To, Call-ID, CSeq of the request, and its Record-Route where the answer may make a dialog (RFC 3261 §8.2.6, §12.1.1). */
function responseHeaders(request: SipRequest, status: number, localTag: string): HeaderList {
  const headers = new HeaderList();
  for (const via of request.headers.lines("via")) headers.append("Via", via);
  if (status > 100 && status < 300)
    for (const route of request.headers.lines("record-route")) headers.append("Record-Route", route);
  for (const [name, key] of repeated) {
    const value = request.headers.first(key);
    // A request that lacks one of them is told so with what it has.
    if (value === undefined) continue;
    const isTagged = name !== "To" || localTag === "" || tagOf(value) !== null;
    headers.append(name, isTagged ? value : withTag(value, localTag));
  }
  return headers;
}
