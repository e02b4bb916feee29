/** New requests outside of dialogs are offered to one application that has a route for the method (control protocol §3.3, §5.1). */
import { failure, type CallRecords } from "../cdr/call-records.ts";
import type { Application } from "../control/applications.ts";
import { newRequestFrame } from "../control/frames.ts";
import { dialogId } from "../dialog/dialog.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { ownResponse } from "./build-message.ts";
import type { Context } from "./context.ts";
import { refuse } from "./refuse.ts";
import { sharedKey } from "./request-keys.ts";
import { isMerged } from "./server-transactions.ts";

/** Methods handed to an application outside of a dialog. */
const offered = new Set([
  "INVITE",
  "REGISTER",
  "MESSAGE",
  "OPTIONS",
  "INFO",
  "NOTIFY",
  "SUBSCRIBE",
  "PUBLISH",
  "REFER",
]);
/** Known, but without meaning outside of a dialog. */
const dialogOnly = new Set(["BYE", "UPDATE", "PRACK"]);

/**
 * To the next application in turn; refused here where there is none, or where the request cannot be a new one. `preferred`: name of the application that is asked
 * before the others if it has a route for the method.
 */
export function offer(context: Context, transaction: ServerTransaction, preferred: string | null = null): void {
  const { request } = transaction;
  const { method } = request;
  if (dialogOnly.has(method)) return refuse(transaction, 481, "Call/Transaction Does Not Exist");
  if (!offered.has(method)) return refuse(transaction, 501, "Not Implemented");
  if (method === "INVITE") {
    if (isOverlapping(context, request)) return refuse(transaction, 491, "Request Pending");
    if (isMerged(context, request)) return refuse(transaction, 482, "Loop Detected");
    // A dialog's name is its Call-ID and From tag: a second one under the same name cannot be told from the first (control protocol §6.5).
    if (context.dialogs.get(idOfInvite(request)) !== undefined)
      return refuse(transaction, 480, "Temporarily Unavailable");
    context.invites.set(sharedKey(request), transaction);
  }
  if (method === "INVITE" && context.records !== null) record(context, context.records, transaction);
  if (context.handlers?.ask(transaction)) return undefined;
  const verb = method.toLowerCase();
  const known = preferred === null ? undefined : context.applications.get(preferred);
  const application = known?.routes.has(verb) ? known : context.applications.next(verb);
  if (application === undefined) return refuseUnrouted(transaction);
  if (method === "INVITE") transaction.respond(ownResponse(request, [100, "Trying"]));
  return offerTo(context, transaction, application);
}

/** Nobody is there for it. A REFER outside of a dialog is nothing that everybody has to know (RFC 3515 §2.4.2). */
function refuseUnrouted(transaction: ServerTransaction): void {
  if (transaction.request.method !== "REFER") return refuse(transaction, 503, "Service Unavailable");
  const allowed = [...offered].filter((method) => method !== "REFER").join(", ");
  return refuse(transaction, 405, "Method Not Allowed", ["Allow", allowed]);
}

/** A call detail record; the leg stays with the proxied call, or with the dialog that was made of it. */
function record(context: Context, records: CallRecords, transaction: ServerTransaction): void {
  records.received(transaction, () => {
    if (context.proxied.has(transaction)) return "passed-on";
    return (leg) => {
      const dialog = context.dialogs.get(idOfInvite(transaction.request));
      if (dialog === undefined) leg.stop(failure(transaction.request));
      else dialog.leg = leg;
    };
  });
}

/** Gives a new request to an application. */
export function offerTo(context: Context, transaction: ServerTransaction, application: Application): void {
  const told = application.tell(newRequestFrame(transaction.request, transaction.source, transaction.id));
  const offeredAtMs = transaction.request.method === "INVITE" ? performance.now() : undefined;
  context.serverUses.set(transaction.id, { application: application.name, dialogId: "", told, offeredAtMs });
}

/** A new INVITE for a Call-ID whose earlier answer still waits for its ACK (control protocol §6.5). */
function isOverlapping(context: Context, request: SipRequest): boolean {
  return context.accepted.isWaiting(idOfInvite(request));
}

function idOfInvite({ headers }: SipRequest): string {
  return dialogId(headers.first("call-id") ?? "", tagOf(headers.first("from")) ?? "");
}
