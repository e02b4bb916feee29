/**
 * Dialogs (RFC 3261 §12): what both ends have to remember between an INVITE (or SUBSCRIBE) and the BYE.
 *
 *   101-199 with a tag ─▶ early ─2xx─▶ confirmed, our 2xx unacknowledged ─ACK─▶ confirmed ─BYE, either side─▶ gone
 *          (2xx at once ────────────▶)  │                └ 64·T1 without ACK ─▶ BYE by the engine ─▶ gone
 *                         │             └ a caller's early dialogs with the other branches of a fork ─▶ gone
 *                         └─3xx-6xx, CANCEL, BYE of the caller─▶ gone
 */
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { parseNameAddress, tagOf } from "../message/sip-uri.ts";
import type { Written } from "../message/write-message.ts";
import { bareFlow, LimitedFlow } from "../protection/limited-flow.ts";
import type { Flow } from "../transport/flow.ts";
import type { CallLeg } from "../cdr/call-leg.ts";
import type { CallSession } from "./call-session.ts";
import type { NatDetection } from "./dialog-options.ts";
import { lastingFlow } from "./nat.ts";
import type { SubscriptionExpiry } from "./subscription-expiry.ts";
import { offerAfter, type OfferMessage, type OpenOffer } from "./offers.ts";
import type { HeardProvisional } from "./provisional-order.ts";

export type Dialog = {
  /** `<Call-ID>;from-tag=<tag in From of the request that created it>`, byte for byte as in the echo (control protocol §2). */
  id: string;
  role: "uac" | "uas";
  /** `invite` or `subscribe`: what created it decides what ends it. */
  kind: "invite" | "subscribe";
  state: "early" | "confirmed";
  /** Name of the transaction that made it; while the dialog is early, UPDATEs from the network are told under it (control protocol §6.4). */
  madeBy: string;
  /** Early dialogs with other branches of the same INVITE of ours; null: none. */
  forks: Dialog[] | null;
  /** The last reliable provisional response of the peer. */
  heard: HeardProvisional | null;
  /** The offer that waits for its answer. */
  offer: OpenOffer | null;
  /** Name of the transaction of the peer's last UPDATE. */
  updateOfTheirs: string | null;
  /** Name of the application connection that owns it. */
  owner: string;
  callId: string;
  localTag: string;
  remoteTag: string;
  /** Our From and their To value in requests of ours, tags included. */
  local: string;
  remote: string;
  /** In the order in which requests of ours travel. */
  routeSet: string[];
  remoteTarget: string;
  localContact: string;
  localCseq: number;
  remoteCseq: number | null;
  /** The connection it lives on, or the datagram flow to a peer behind NAT; null: follow the route set and the target. */
  flow: Flow | null;
  /** CSeq number of the INVITE of ours that was answered last with 2xx: its ACK carries it. */
  answeredCseq: number;
  /** The number of which the ACK was given last, though its way may still be looked for; another one than above: a 2xx waits for its ACK. Null: there was none. */
  acknowledgedCseq: number | null;
  /** The ACK of that 2xx, to be sent again when the 2xx comes again. */
  ack: { cseq: number; message: Written; flow: Flow } | null;
  /** Number of the frame from which on the owner knows the dialog: requests in it come apart from that one (`control/frame-writer.ts`). */
  told?: number;
  /** The peer came by datagram and has not acknowledged anything: what is sent to it is paid from there. */
  stranger?: LimitedFlow;
  /** A call's session timer, a subscription's expiry: at most one of them runs, and ends with the dialog. */
  session?: CallSession;
  subscription?: SubscriptionExpiry;
  /** Its call detail record, where there are any. */
  leg?: CallLeg;
};

export type DialogOrder = {
  request: SipRequest;
  response: SipResponse;
  source: Flow;
  owner: string;
  nat: NatDetection;
  /** Name of the request's transaction. */
  madeBy: string;
};

/** Dialog of a request that we answered with 2xx, or an INVITE with 101-199. */
export function dialogOfServer(order: DialogOrder): Dialog {
  const { request, response } = order;
  const source = bareFlow(order.source);
  const callId = request.headers.first("call-id") ?? "";
  const remote = request.headers.first("from") ?? "";
  const local = response.headers.first("to") ?? "";
  const remoteTag = tagOf(remote) ?? "";
  const remoteTarget = contactOf(request) ?? parseNameAddress(remote).uri;
  const routeSet = request.headers.values("record-route");
  return {
    id: dialogId(callId, remoteTag),
    role: "uas",
    kind: request.method === "SUBSCRIBE" ? "subscribe" : "invite",
    ...beginning(order),
    owner: order.owner,
    callId,
    localTag: tagOf(local) ?? "",
    remoteTag,
    local,
    remote,
    routeSet,
    remoteTarget,
    localContact: response.headers.first("contact") ?? "",
    // Ours may start anywhere; theirs may be near the end of the range.
    localCseq: Math.min(Number.parseInt(request.headers.first("cseq") ?? "1", 10), 0x3fff_ffff),
    remoteCseq: Number.parseInt(request.headers.first("cseq") ?? "1", 10),
    flow: lastingFlow(
      { source, routeSet, contact: request.headers.values("contact")[0] ?? remoteTarget, sent: "request" },
      order.nat,
    ),
    answeredCseq: Number.parseInt(request.headers.first("cseq") ?? "1", 10),
    acknowledgedCseq: Number.parseInt(request.headers.first("cseq") ?? "1", 10),
    ack: null,
    ...(order.source instanceof LimitedFlow && { stranger: order.source }),
  };
}

/** Dialog of a request of ours that was answered with 2xx, or an INVITE with 101-199. */
export function dialogOfClient(order: DialogOrder): Dialog {
  const { request, response, source } = order;
  const callId = request.headers.first("call-id") ?? "";
  const local = request.headers.first("from") ?? "";
  const remote = response.headers.first("to") ?? "";
  const remoteTarget = contactOf(response) ?? request.uri;
  const routeSet = response.headers.values("record-route").toReversed();
  return {
    id: dialogId(callId, tagOf(local) ?? ""),
    role: "uac",
    kind: request.method === "SUBSCRIBE" ? "subscribe" : "invite",
    ...beginning(order),
    owner: order.owner,
    callId,
    localTag: tagOf(local) ?? "",
    remoteTag: tagOf(remote) ?? "",
    local,
    remote,
    routeSet,
    remoteTarget,
    localContact: request.headers.first("contact") ?? "",
    localCseq: Number.parseInt(request.headers.first("cseq") ?? "1", 10),
    remoteCseq: null,
    flow: lastingFlow(
      { source, routeSet, contact: response.headers.values("contact")[0] ?? remoteTarget, sent: "response" },
      order.nat,
    ),
    answeredCseq: Number.parseInt(request.headers.first("cseq") ?? "1", 10),
    acknowledgedCseq: null,
    ack: null,
  };
}

function beginning({
  response,
  madeBy,
}: DialogOrder): Pick<Dialog, "state" | "madeBy" | "forks" | "heard" | "offer" | "updateOfTheirs"> {
  const state = response.status < 200 ? "early" : "confirmed";
  return { state, madeBy, forks: null, heard: null, offer: null, updateOfTheirs: null };
}

/** What a provisional or final answer of the callee says about where it is: the route set counts anew until the 2xx (RFC 3261 §13.2.2.4). */
export function followAnswer(dialog: Dialog, response: SipResponse, way: { source: Flow; nat: NatDetection }): void {
  dialog.remote = response.headers.first("to") ?? dialog.remote;
  const contact = response.headers.values("contact")[0];
  if (contact === undefined) return;
  dialog.remoteTarget = parseNameAddress(contact).uri;
  dialog.routeSet = response.headers.values("record-route").toReversed();
  const seen = { source: way.source, routeSet: dialog.routeSet, contact, sent: "response" } as const;
  dialog.flow = lastingFlow(seen, way.nat);
}

/** Keeps the count of offers and answers with each message in the dialog. */
export function noteOffer(dialog: Dialog, message: OfferMessage): void {
  dialog.offer = offerAfter(dialog.offer, message);
}

/** A session description is in it, alone or among other parts. */
export function hasDescription({ headers, body }: SipRequest | SipResponse): boolean {
  return body.length > 0 && /^\s*(application\/sdp|multipart\/)/i.test(headers.first("content-type") ?? "");
}

export function dialogId(callId: string, fromTag: string): string {
  return `${callId};from-tag=${fromTag}`;
}

/** URI of the first Contact, or null. */
export function contactOf(message: SipRequest | SipResponse): string | null {
  const contact = message.headers.values("contact")[0];
  return contact === undefined ? null : parseNameAddress(contact).uri;
}

/** Target refresh (RFC 3261 §12.2): where the peer is from now on. A peer that comes back over another connection is followed there. */
export function refreshTarget(
  dialog: Dialog,
  message: SipRequest | SipResponse,
  { source: came, nat }: { source: Flow; nat: NatDetection },
): void {
  const source = bareFlow(came);
  const contact = message.headers.values("contact")[0];
  if (contact !== undefined) dialog.remoteTarget = parseNameAddress(contact).uri;
  const seen = { source, routeSet: dialog.routeSet, contact: contact ?? dialog.remoteTarget, sent: message.kind };
  if (source.protocol === "udp") dialog.flow = lastingFlow(seen, nat);
  else if (dialog.flow !== null && !dialog.flow.isOpen()) dialog.flow = source;
}
