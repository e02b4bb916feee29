/**
 * Requests from the network (control protocol §5.1, §6.4): matched to a transaction, then to a dialog, else offered to an application.
 * What no application has to know of is answered here.
 */
import { isTooShort } from "../dialog/session-agreement.ts";
import { shortestSession } from "../dialog/session-timer.ts";
import { faultOf } from "../message/parse-message.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import { writeMessage } from "../message/write-message.ts";
import { passAlongRoute } from "../proxy/pass-in-dialog.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { admitRequest } from "./admit-request.ts";
import { ownResponse } from "./build-message.ts";
import { receiveCancel } from "./cancel.ts";
import type { Context } from "./context.ts";
import { offer } from "./offer.ts";
import { deliverInDialog, receiveAck } from "./receive-in-dialog.ts";
import { receivePrack } from "./receive-prack.ts";
import { refuse } from "./refuse.ts";
import { transactionKey } from "./request-keys.ts";
import { openTransaction, takeCopy } from "./server-transactions.ts";
import { refuseMalformed, wayBack } from "./way-back.ts";

/** Requests that may carry a session timer (RFC 4028 §4). */
const refreshers = new Set(["INVITE", "UPDATE"]);
const largestOpenTransactions = 50_000;

/** One request, whole, from a peer. */
export function receiveRequest(context: Context, request: SipRequest, source: Flow): void {
  const fault = faultOf(request);
  if (fault !== null) {
    context.log.write("warn", "malformed request", { from: source.remoteAddress, fault });
    if (context.protection.malformed(source)) refuseMalformed(request, source, fault);
    return;
  }
  const way = wayBack(request, source);
  if (way === null) return;
  const { via, back } = way;
  if (request.method === "ACK") {
    receiveAck(context, request, { source, via });
    return;
  }
  if (takeCopy(context, transactionKey(request, via, request.method), source)) return;
  const invite = request.method === "CANCEL" ? context.servers.get(transactionKey(request, via, "INVITE")) : undefined;
  if (invite === undefined && !admitRequest(context, request, { source, back })) return;
  if (context.servers.size >= largestOpenTransactions) {
    back.send(writeMessage(ownResponse(request, [503, "Service Unavailable"])));
    return;
  }
  const transaction = openTransaction(context, request, { source, back, via });
  if (request.method === "CANCEL") receiveCancel(context, transaction, invite);
  else if (!passAlongRoute(context, transaction)) dispatch(context, transaction);
}

function dispatch(context: Context, transaction: ServerTransaction): void {
  const { request } = transaction;
  const toTag = tagOf(request.headers.first("to"));
  const unsupported = unsupportedExtensions(request);
  if (!/^(sips?|tel|urn):/i.test(request.uri)) refuse(transaction, 416, "Unsupported URI Scheme");
  else if (unsupported !== "") refuse(transaction, 420, "Bad Extension", ["Unsupported", unsupported]);
  else if (request.method === "REGISTER" && isBadWildcard(request)) refuse(transaction, 400, "Bad Request");
  else if (refreshers.has(request.method) && isTooShort(request.headers))
    refuse(transaction, 422, "Session Interval Too Small", ["Min-SE", String(shortestSession)]);
  else if (toTag === null) offer(context, transaction);
  else if (request.method === "PRACK") receivePrack(context, transaction);
  else {
    const callId = request.headers.first("call-id") ?? "";
    const dialog = context.dialogs.match(callId, toTag, tagOf(request.headers.first("from")) ?? "");
    if (dialog) deliverInDialog(context, transaction, dialog);
    else refuse(transaction, 481, "Call/Transaction Does Not Exist");
  }
}

/** Extensions that the engine has (100rel, timer), or that are the application's business alone. */
const supportedExtensions = new Set(
  "100rel timer replaces join tdialog norefersub nosub explicitsub multiple-refer path outbound gruu eventlist pref histinfo from-change answermode sec-agree".split(
    " ",
  ),
);

/** Option tags of Require that nobody here fulfils, as a list for Unsupported (RFC 3261 §8.2.2.3). */
function unsupportedExtensions(request: SipRequest): string {
  const wanted = request.headers.values("require");
  return wanted.filter((tag) => tag !== "" && !supportedExtensions.has(tag.toLowerCase())).join(", ");
}

/** `Contact: *` removes everything and is only allowed with Expires: 0 (RFC 3261 §10.2.2). */
function isBadWildcard(request: SipRequest): boolean {
  return request.headers.values("contact").includes("*") && request.headers.first("expires") !== "0";
}
