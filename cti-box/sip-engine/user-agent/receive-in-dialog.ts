/** Requests from the network inside of a dialog (control protocol §6.4), ACK among them (§5.4): to the dialog's owner, whatever its routes. */
import { randomUUID } from "node:crypto";
import { networkFrame } from "../control/frames.ts";
import { refreshTarget, type Dialog } from "../dialog/dialog.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { Via } from "../message/via.ts";
import { passAck } from "../proxy/pass-in-dialog.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse, ownTag } from "./build-message.ts";
import type { Context } from "./context.ts";
import { refuse } from "./refuse.ts";
import { transactionKey } from "./request-keys.ts";
import { retireInvite } from "./server-transactions.ts";

/** To the owner of the dialog; what cannot be in the dialog now is refused here. */
export function deliverInDialog(context: Context, transaction: ServerTransaction, dialog: Dialog): void {
  const { request, source } = transaction;
  const cseq = Number.parseInt(request.headers.first("cseq") ?? "0", 10);
  if (dialog.remoteCseq !== null && cseq <= dialog.remoteCseq) return refuse(transaction, 500, "Server Internal Error");
  dialog.remoteCseq = cseq;
  const owner = context.applications.get(dialog.owner);
  if (owner === undefined) {
    if (request.method === "BYE") forgetDialog(context, dialog);
    return refuse(transaction, 481, "Call/Transaction Does Not Exist");
  }
  if (request.method === "INVITE") {
    const glare = glareOf(context, dialog);
    if (glare === "ours") return refuse(transaction, 491, "Request Pending");
    if (glare === "theirs")
      return refuse(transaction, 500, "Server Internal Error", ["Retry-After", String(Math.floor(Math.random() * 11))]);
    transaction.respond(ownResponse(request, [100, "Trying"]));
  }
  if (request.method === "INVITE" || request.method === "UPDATE")
    refreshTarget(dialog, request, { source, nat: context.nat });
  if (request.method === "BYE") forgetDialog(context, dialog);
  if (request.method === "INVITE") context.invitesOfTheirs.add(dialog.id, transaction.id);
  const frame = networkFrame(request, source, { transactionId: transaction.id, dialogId: dialog.id });
  context.serverUses.set(transaction.id, {
    application: owner.name,
    dialogId: request.method === "BYE" ? "" : dialog.id,
    told: owner.tell(frame, dialog.told),
  });
}

/** Whose re-INVITE still waits in this dialog: a second one may not begin (RFC 3261 §14.2). */
function glareOf(context: Context, dialog: Dialog): "ours" | "theirs" | null {
  for (const id of context.invitesOfOurs.of(dialog.id)) {
    const state = context.clientsById.get(id)?.state;
    if (state === "calling" || state === "proceeding") return "ours";
  }
  return context.invitesOfTheirs.of(dialog.id).some((id) => context.serversById.get(id)?.isOpen) ? "theirs" : null;
}

function forgetDialog(context: Context, dialog: Dialog): void {
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
  const isFirst = tagOf(acknowledged.request.headers.first("to")) === null;
  const transactionId = isFirst ? acknowledged.id : randomUUID();
  context.applications
    .get(dialog.owner)
    ?.send(networkFrame(request, way.source, { transactionId, dialogId: dialog.id }));
  retireInvite(context, acknowledged);
}
