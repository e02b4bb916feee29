/**
 * Dialogs (RFC 3261 §12): what both ends have to remember between an INVITE (or SUBSCRIBE) and the BYE.
 *
 *   2xx sent ─▶ unacknowledged ─ACK─▶ confirmed ─BYE, either side─▶ gone
 *                    └ 64·T1 without ACK ─▶ BYE by the engine ─▶ gone
 */
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { parseNameAddress, tagOf } from "../message/sip-uri.ts";
import type { Written } from "../message/write-message.ts";
import { bareFlow, LimitedFlow } from "../protection/limited-flow.ts";
import type { Flow } from "../transport/flow.ts";
import type { CallSession } from "./call-session.ts";
import type { NatDetection } from "./dialog-options.ts";
import { lastingFlow } from "./nat.ts";
import type { SubscriptionExpiry } from "./subscription-expiry.ts";

export type Dialog = {
  /** `<Call-ID>;from-tag=<tag in From of the request that created it>`, byte for byte as in the echo (control protocol §2). */
  id: string;
  role: "uac" | "uas";
  /** `invite` or `subscribe`: what created it decides what ends it. */
  kind: "invite" | "subscribe";
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
  /** The ACK of that 2xx, to be sent again when the 2xx comes again. */
  ack: { cseq: number; message: Written; flow: Flow } | null;
  /** Number of the frame from which on the owner knows the dialog: requests in it come apart from that one (`control/frame-writer.ts`). */
  told?: number;
  /** The peer came by datagram and has not acknowledged anything: what is sent to it is paid from there. */
  stranger?: LimitedFlow;
  /** A call's session timer, a subscription's expiry: at most one of them runs, and ends with the dialog. */
  session?: CallSession;
  subscription?: SubscriptionExpiry;
};

/** Dialog of a request that we answered with 2xx. */
export function dialogOfServer(order: {
  request: SipRequest;
  response: SipResponse;
  source: Flow;
  owner: string;
  nat: NatDetection;
}): Dialog {
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
    ack: null,
    ...(order.source instanceof LimitedFlow && { stranger: order.source }),
  };
}

/** Dialog of a request of ours that was answered with 2xx. */
export function dialogOfClient(order: {
  request: SipRequest;
  response: SipResponse;
  source: Flow;
  owner: string;
  nat: NatDetection;
}): Dialog {
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
    ack: null,
  };
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
