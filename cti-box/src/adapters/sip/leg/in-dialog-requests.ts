/**
 * What a far end may send inside a leg's dialog. Every kind has a listener: `drachtio-srf` answers 200 to requests that nobody listens
 * to, and a phone would believe that its REFER was done.
 */
import { handoverCompleted } from "../../../domain/transfer/transfer-header.ts";
import { readDtmfInfo } from "../headers/dtmf-info.ts";
import { readPresented, uriIn } from "../headers/presented-identity.ts";
import { readReferTo } from "../headers/refer-to.ts";
import { sdpOf } from "../incoming-invite.ts";
import { sequenceNumberOf } from "../headers/cseq.ts";
import { allowedMethods } from "../outgoing-invite.ts";
import { receiveText } from "./text-messages.ts";
import type { ReplacedDialog } from "../headers/replaces.ts";
import type { Reinvite } from "./conversation.ts";
import { answerInSession } from "./session-of-dialog.ts";
import { directionOf } from "./offer-direction.ts";
import type { LegId } from "../../../domain/call/ids.ts";
import type { NamedLeg, SignallingEvent } from "../../../application/ports.ts";
import type { SipDialog, SipHeaders, SipRequest, SipResponse } from "../drachtio.ts";

export type DialogListener = {
  legId: LegId;
  emit(event: SignallingEvent): void;
  /** `bye`: the far end hung up. `lost`: the stack ended the dialog (no ACK, session timer). */
  ended(how: "bye" | "lost"): void;
  /** `isAttended`: the REFER names another dialog of the phone. */
  mayRefer(isAttended: boolean): boolean;
  /** Is there an office at the other end, which may write? */
  takesText(): boolean;
  /** The leg whose dialog this is; null: none that we know. */
  legOfDialog(dialog: ReplacedDialog): NamedLeg | null;
  /** Keeps the response of a re-INVITE until the media has its answer; false while another one is being answered. */
  takeReinvite(reinvite: Reinvite): boolean;
};

export function listenToDialog(dialog: SipDialog, listener: DialogListener): void {
  dialog.on("destroy", (bye) => listener.ended(bye.source === "application" ? "lost" : "bye"));
  let known = remoteUriOf(dialog);
  const presented = (request: SipRequest): void => {
    const caller = readPresented(request, known);
    known = uriIn(request.get("from") ?? "") ?? known;
    if (caller !== null) listener.emit({ type: "leg-presented", legId: listener.legId, presented: caller });
  };
  dialog.on("modify", (request, response) => {
    presented(request);
    receiveReinvite(listener, request, response);
  });
  dialog.on("update", (request, response) => {
    presented(request);
    // An UPDATE without offer refreshes the session (RFC 4028) and changes nothing.
    if (sdpOf(request).kind === "none") return response.send(200, { headers: answerInSession(dialog, request) });
    return receiveReinvite(listener, request, response);
  });
  dialog.on("info", (request, response) => receiveInfo(listener, request, response));
  dialog.on("refer", (request, response) => receiveRefer(listener, request, response));
  dialog.on("message", (request, response) => receiveText(listener, request, response));
  dialog.on("options", (_request, response) => response.send(200, { headers: { Allow: allowedMethods } }));
  dialog.on("notify", (_request, response) => response.send(481));
}

/** As its INVITE or its 200 has named the far end; null: not known any more. */
function remoteUriOf({ type, req, res }: SipDialog): string | null {
  return uriIn((type === "uas" ? req.get("from") : res.get("to")) ?? "");
}

function receiveReinvite(listener: DialogListener, request: SipRequest, response: SipResponse): void {
  const description = sdpOf(request);
  if (description.kind === "other-type") return response.send(415);
  const sdp = description.kind === "sdp" ? description.sdp : null;
  const answerInAckOf = sdp === null ? sequenceNumberOf(request) : null;
  if (!listener.takeReinvite({ request, response, answerInAckOf })) return response.send(491);
  const direction = sdp === null ? "sendrecv" : directionOf(sdp);
  return listener.emit({ type: "leg-reinvited", legId: listener.legId, sdp, direction });
}

function receiveInfo(listener: DialogListener, request: SipRequest, response: SipResponse): void {
  const key = readDtmfInfo(request.get("content-type"), request.body);
  const isEmpty = request.body === undefined || request.body === "";
  if (key === null && !isEmpty) {
    return response.send(415, { headers: { Accept: "application/dtmf-relay, application/dtmf" } });
  }
  response.send(200);
  if (request.get("x-la2-transfer") === handoverCompleted) {
    return listener.emit({ type: "leg-handed-over", legId: listener.legId });
  }
  if (key !== null) listener.emit({ type: "leg-digit", legId: listener.legId, ...key });
  return undefined;
}

/** The REFER ends here. The application decides what becomes of it and tells the phone by NOTIFY. */
function receiveRefer(listener: DialogListener, request: SipRequest, response: SipResponse): void {
  const target = readReferTo(request.get("refer-to"));
  if (target === null) return response.send(400);
  const { replaces, ...destination } = target;
  if (!listener.mayRefer(replaces !== null)) return response.send(603);
  response.send(202);
  const named = replaces === null ? null : (listener.legOfDialog(replaces) ?? "unknown");
  return listener.emit({ type: "leg-referred", legId: listener.legId, ...destination, replaces: named });
}

const phrases: Record<number, string> = {
  100: "Trying",
  180: "Ringing",
  200: "OK",
  403: "Forbidden",
  404: "Not Found",
  481: "Call/Transaction Does Not Exist",
  480: "Temporarily Unavailable",
  486: "Busy Here",
  487: "Request Terminated",
  491: "Request Pending",
  501: "Not Implemented",
  503: "Service Unavailable",
  603: "Decline",
};

/** NOTIFY of a REFER's progress (RFC 3515 §2.4): a status line as body, the subscription ends with the final one. */
export function writeSipfrag(status: number): { headers: SipHeaders; body: string } {
  return {
    headers: {
      Event: "refer",
      "Subscription-State": status < 200 ? "active;expires=120" : "terminated;reason=noresource",
      "Content-Type": "message/sipfrag;version=2.0",
    },
    body: `SIP/2.0 ${status} ${phrases[status] ?? "Failed"}\r\n`,
  };
}
