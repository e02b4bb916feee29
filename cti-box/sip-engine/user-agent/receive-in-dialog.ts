/** Requests from the network inside of a dialog (control protocol §6.4), ACK among them (§5.4): to the dialog's owner, whatever its routes. */
import { randomUUID } from "node:crypto";
import type { Application } from "../control/applications.ts";
import { networkFrame } from "../control/frames.ts";
import { noteTheirIdentity } from "../dialog/connected-identity.ts";
import { hasDescription, noteOffer, refreshTarget, type Dialog } from "../dialog/dialog.ts";
import { offerRefusal } from "../dialog/offers.ts";
import { HeaderList } from "../message/header-list.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { Via } from "../message/via.ts";
import { passAck } from "../proxy/pass-in-dialog.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse, ownTag } from "./build-message.ts";
import type { Context, ServerUse } from "./context.ts";
import { endInvite } from "./end-invite.ts";
import { offer } from "./offer.ts";
import { refuse } from "./refuse.ts";
import { transactionKey } from "./request-keys.ts";
import { retireInvite } from "./server-transactions.ts";

/** What an early dialog's owner gets; other requests in it are offered like new ones (control protocol §6.4). */
const ofEarlyDialogs = new Set(["INVITE", "UPDATE", "BYE"]);

/** To the owner of the dialog; what cannot be in the dialog now is refused here. */
export function deliverInDialog(context: Context, transaction: ServerTransaction, dialog: Dialog): void {
  const { request, source } = transaction;
  const { method } = request;
  const cseq = Number.parseInt(request.headers.first("cseq") ?? "0", 10);
  if (dialog.remoteCseq !== null && cseq <= dialog.remoteCseq) return refuse(transaction, 500, "Server Internal Error");
  dialog.remoteCseq = cseq;
  const owner = context.applications.get(dialog.owner);
  if (owner === undefined) {
    if (method === "BYE") forgetDialog(context, dialog, request);
    return refuse(transaction, 481, "Call/Transaction Does Not Exist");
  }
  if (dialog.state === "early") {
    if (!ofEarlyDialogs.has(method)) return offer(context, transaction, dialog.owner);
    if (method === "BYE") return endEarlyByBye(context, transaction, dialog);
  }
  if (method === "INVITE" || method === "UPDATE") {
    const clash = clashOf(context, dialog, request);
    if (clash !== null) return refuseClash(transaction, clash);
    refreshTarget(dialog, request, { source, nat: context.nat });
    noteTheirIdentity(dialog, request);
    noteOffer(dialog, { kind: "request", from: "them", method, hasDescription: hasDescription(request) });
  }
  if (method === "INVITE") {
    transaction.respond(ownResponse(request, [100, "Trying"]));
    context.invitesOfTheirs.add(dialog.id, transaction.id);
  }
  if (method === "BYE") forgetDialog(context, dialog, request);
  if (method === "UPDATE") dialog.updateOfTheirs = transaction.id;
  tellOwner(context, { transaction, dialog, owner });
}

/** An UPDATE before the INVITE is answered is told, and answered, under the INVITE's name (control protocol §6.4). */
function tellOwner(
  context: Context,
  { transaction, dialog, owner }: { transaction: ServerTransaction; dialog: Dialog; owner: Application },
): void {
  const { request, source } = transaction;
  const use: ServerUse = { application: owner.name, dialogId: request.method === "BYE" ? "" : dialog.id };
  if (dialog.state === "early") {
    use.knownAs = dialog.madeBy;
    context.updates.set(dialog.madeBy, transaction);
  }
  context.serverUses.set(transaction.id, use);
  const frame = networkFrame(request, source, { transactionId: use.knownAs ?? transaction.id, dialogId: dialog.id });
  // Before the answer, what the application listens with came after the INVITE itself.
  use.told = owner.tell(frame, dialog.told ?? context.serverUses.get(dialog.madeBy)?.told);
}

/** Only the caller may hang up before the answer: that is as good as a CANCEL (RFC 3261 §15, §15.1.2). */
function endEarlyByBye(context: Context, bye: ServerTransaction, dialog: Dialog): void {
  const invite = context.serversById.get(dialog.madeBy);
  if (dialog.role === "uac" || invite === undefined) return refuse(bye, 481, "Call/Transaction Does Not Exist");
  bye.respond(ownResponse(bye.request, [200, "OK"]));
  const why = new HeaderList();
  for (const reason of bye.request.headers.lines("reason")) why.append("Reason", reason);
  return endInvite(context, invite, { answer: [487, "Request Terminated"], why });
}

/**
 * May this INVITE or UPDATE of the peer begin now? 491: one of ours, or our offer, is not answered yet; 500: one of theirs is not
 * (RFC 3261 §14.2, RFC 3311 §5.2). Null: yes.
 */
function clashOf(context: Context, dialog: Dialog, request: SipRequest): 491 | 500 | null {
  const isInvite = request.method === "INVITE";
  if (isInvite && dialog.state === "early") return dialog.role === "uac" ? 491 : 500;
  const invites = isInvite ? clashOfInvites(context, dialog) : null;
  if (invites !== null) return invites;
  if (!isInvite && context.serversById.get(dialog.updateOfTheirs ?? "")?.isOpen) return 500;
  if (!hasDescription(request)) return null;
  // A refresh of the engine's own is an offer as well.
  const isRefreshing = dialog.state === "confirmed" && clashOfInvites(context, dialog) === 491;
  return isRefreshing ? 491 : offerRefusal(dialog.offer);
}

function clashOfInvites(context: Context, dialog: Dialog): 491 | 500 | null {
  for (const id of context.invitesOfOurs.of(dialog.id)) {
    const state = context.clientsById.get(id)?.state;
    if (state === "calling" || state === "proceeding") return 491;
  }
  return context.invitesOfTheirs.of(dialog.id).some((id) => context.serversById.get(id)?.isOpen) ? 500 : null;
}

function refuseClash(transaction: ServerTransaction, clash: 491 | 500): void {
  if (clash === 491) return refuse(transaction, 491, "Request Pending");
  const retryAfter = String(Math.floor(Math.random() * 11));
  return refuse(transaction, 500, "Server Internal Error", ["Retry-After", retryAfter]);
}

function forgetDialog(context: Context, dialog: Dialog, bye: SipRequest): void {
  dialog.leg?.stop({ source: "network", reason: "normal-release", message: bye });
  context.accepted.forget(dialog.id);
  context.dialogs.remove(dialog);
}

/** An ACK: of the transaction, of a proxied call, or of a 2xx of ours. */
export function receiveAck(context: Context, request: SipRequest, way: { source: Flow; via: Via }): void {
  const invite = context.servers.get(transactionKey(request, way.via, "INVITE"));
  if (invite?.state === "completed" || invite?.state === "confirmed") {
    if (tagOf(request.headers.first("to")) === (invite.localTag ?? ownTag(invite.request)))
      context.protection.proven(way.source);
    invite.acknowledge();
    return;
  }
  if (passAck(context, request)) return;
  const { headers } = request;
  const callId = headers.first("call-id") ?? "";
  const dialog = context.dialogs.match(callId, tagOf(headers.first("to")) ?? "", tagOf(headers.first("from")) ?? "");
  if (dialog === undefined) return context.protection.stray(way.source);
  context.protection.good(way.source);
  delete dialog.stranger;
  const acknowledged = context.accepted.acknowledge(dialog.id, Number.parseInt(headers.first("cseq") ?? "0", 10));
  if (acknowledged === null) return;
  dialog.offer = null;
  const isFirst = tagOf(acknowledged.request.headers.first("to")) === null;
  const transactionId = isFirst ? acknowledged.id : randomUUID();
  context.applications
    .get(dialog.owner)
    ?.send(networkFrame(request, way.source, { transactionId, dialogId: dialog.id }));
  retireInvite(context, acknowledged);
}
