/**
 * Requests from the network (control protocol §5.1, §6.4): matched to a transaction, then to a dialog, else offered to an application.
 * What no application has to know of is answered here.
 */
import { randomUUID } from "node:crypto";
import type { Application } from "../control/applications.ts";
import { newRequestFrame, networkFrame } from "../control/frames.ts";
import { contactOf, dialogId, lastingFlow, type Dialog } from "../dialog/dialog.ts";
import { faultOf } from "../message/parse-message.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { Via } from "../message/via.ts";
import { writeMessage } from "../message/write-message.ts";
import { passAck, passAlongRoute } from "../proxy/pass-in-dialog.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse } from "./build-message.ts";
import { receiveCancel } from "./cancel.ts";
import type { Context } from "./context.ts";
import { sharedKey, transactionKey } from "./request-keys.ts";
import { isMerged, openTransaction, retireInvite, takeCopy } from "./server-transactions.ts";
import { refuseMalformed, wayBack } from "./way-back.ts";

/** Methods handed to an application outside of a dialog. */
const offered = new Set(["INVITE", "REGISTER", "MESSAGE", "OPTIONS", "INFO", "NOTIFY", "SUBSCRIBE", "PUBLISH"]);
/** Known, but without meaning outside of a dialog. */
const dialogOnly = new Set(["BYE", "UPDATE", "PRACK"]);
const largestOpenTransactions = 50_000;

/** One request, whole, from a peer. */
export function receiveRequest(context: Context, request: SipRequest, source: Flow): void {
  const fault = faultOf(request);
  if (fault !== null) {
    context.log.write("warn", "malformed request", { from: source.remoteAddress, fault });
    refuseMalformed(request, source, fault);
    return;
  }
  const way = wayBack(request, source);
  if (way === null) return;
  const { via, back } = way;
  if (request.method === "ACK") {
    receiveAck(context, request, { source, via });
    return;
  }
  if (takeCopy(context, transactionKey(request, via, request.method))) return;
  if (context.servers.size >= largestOpenTransactions) {
    back.send(writeMessage(ownResponse(request, [503, "Service Unavailable"])));
    return;
  }
  const transaction = openTransaction(context, request, { source, back, via });
  if (request.method === "CANCEL")
    receiveCancel(context, transaction, context.servers.get(transactionKey(request, via, "INVITE")));
  else if (!passAlongRoute(context, transaction)) dispatch(context, transaction);
}

type Refusal = readonly [status: number, reason: string, header?: readonly [name: string, value: string]];

function refuse(transaction: ServerTransaction, ...[status, reason, header]: Refusal): void {
  const response = ownResponse(transaction.request, [status, reason], transaction.localTag);
  if (header) response.headers.append(header[0], header[1]);
  transaction.respond(response);
}

function dispatch(context: Context, transaction: ServerTransaction): void {
  const { request } = transaction;
  const toTag = tagOf(request.headers.first("to"));
  const unsupported = unsupportedExtensions(request);
  if (!/^(sips?|tel|urn):/i.test(request.uri)) refuse(transaction, 416, "Unsupported URI Scheme");
  else if (unsupported !== "") refuse(transaction, 420, "Bad Extension", ["Unsupported", unsupported]);
  else if (request.method === "REGISTER" && isBadWildcard(request)) refuse(transaction, 400, "Bad Request");
  else if (toTag === null) offer(context, transaction);
  else {
    const callId = request.headers.first("call-id") ?? "";
    const dialog = context.dialogs.match(callId, toTag, tagOf(request.headers.first("from")) ?? "");
    if (dialog) deliverInDialog(context, transaction, dialog);
    else refuse(transaction, 481, "Call/Transaction Does Not Exist");
  }
}

/** Extensions that are the application's business alone; 100rel and timer need the engine, which does not have them yet. */
const applicationExtensions = new Set(
  "replaces join tdialog norefersub nosub explicitsub multiple-refer path outbound gruu eventlist pref histinfo from-change answermode sec-agree".split(
    " ",
  ),
);

/** Option tags of Require that nobody here fulfils, as a list for Unsupported (RFC 3261 §8.2.2.3). */
function unsupportedExtensions(request: SipRequest): string {
  const wanted = request.headers.values("require");
  return wanted.filter((tag) => tag !== "" && !applicationExtensions.has(tag.toLowerCase())).join(", ");
}

/** `Contact: *` removes everything and is only allowed with Expires: 0 (RFC 3261 §10.2.2). */
function isBadWildcard(request: SipRequest): boolean {
  return request.headers.values("contact").includes("*") && request.headers.first("expires") !== "0";
}

function offer(context: Context, transaction: ServerTransaction): void {
  const { request } = transaction;
  const { method } = request;
  if (dialogOnly.has(method)) return refuse(transaction, 481, "Call/Transaction Does Not Exist");
  if (method === "REFER") return refuse(transaction, 405, "Method Not Allowed", ["Allow", [...offered].join(", ")]);
  if (!offered.has(method)) return refuse(transaction, 501, "Not Implemented");
  if (method === "INVITE") {
    if (isOverlapping(context, request)) return refuse(transaction, 491, "Request Pending");
    if (isMerged(context, request)) return refuse(transaction, 482, "Loop Detected");
    // A dialog's name is its Call-ID and From tag: a second one under the same name cannot be told from the first (control protocol §6.5).
    if (context.dialogs.get(idOfInvite(request)) !== undefined)
      return refuse(transaction, 480, "Temporarily Unavailable");
    context.invites.set(sharedKey(request), transaction);
  }
  if (context.handlers?.ask(transaction)) return undefined;
  const application = context.applications.next(method.toLowerCase());
  if (application === undefined) return refuse(transaction, 503, "Service Unavailable");
  if (method === "INVITE") transaction.respond(ownResponse(request, [100, "Trying"]));
  return offerTo(context, transaction, application);
}

/** Gives a new request to an application. */
export function offerTo(context: Context, transaction: ServerTransaction, application: Application): void {
  const told = application.tell(newRequestFrame(transaction.request, transaction.source, transaction.id));
  context.serverUses.set(transaction.id, { application: application.name, dialogId: "", told });
}

/** A new INVITE for a Call-ID whose earlier answer still waits for its ACK (control protocol §6.5). */
function isOverlapping(context: Context, request: SipRequest): boolean {
  return context.accepted.isWaiting(idOfInvite(request));
}

function idOfInvite({ headers }: SipRequest): string {
  return dialogId(headers.first("call-id") ?? "", tagOf(headers.first("from")) ?? "");
}

function deliverInDialog(context: Context, transaction: ServerTransaction, dialog: Dialog): void {
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
  if (request.method === "INVITE" || request.method === "UPDATE") refreshTarget(dialog, request, source);
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

/** Target refresh (RFC 3261 §12.2.2); a peer that comes back over another connection is followed there. */
function refreshTarget(dialog: Dialog, request: SipRequest, source: Flow): void {
  dialog.remoteTarget = contactOf(request) ?? dialog.remoteTarget;
  if (source.protocol === "udp") dialog.flow = lastingFlow(source, dialog.routeSet, dialog.remoteTarget);
  else if (dialog.flow !== null && !dialog.flow.isOpen()) dialog.flow = source;
}

function receiveAck(context: Context, request: SipRequest, way: { source: Flow; via: Via }): void {
  const invite = context.servers.get(transactionKey(request, way.via, "INVITE"));
  if (invite?.state === "completed" || invite?.state === "confirmed") {
    invite.acknowledge();
    return;
  }
  if (passAck(context, request)) return;
  const { headers } = request;
  const callId = headers.first("call-id") ?? "";
  const dialog = context.dialogs.match(callId, tagOf(headers.first("to")) ?? "", tagOf(headers.first("from")) ?? "");
  if (dialog === undefined) return;
  const acknowledged = context.accepted.acknowledge(dialog.id, Number.parseInt(headers.first("cseq") ?? "0", 10));
  if (acknowledged === null) return;
  const isFirst = tagOf(acknowledged.request.headers.first("to")) === null;
  const transactionId = isFirst ? acknowledged.id : randomUUID();
  context.applications
    .get(dialog.owner)
    ?.send(networkFrame(request, way.source, { transactionId, dialogId: dialog.id }));
  retireInvite(context, acknowledged);
}
