/** Requests of the application outside of a dialog, and their answers (control protocol §4). */
import { randomUUID } from "node:crypto";
import { canceledBy, failure, rejectedBy } from "../cdr/call-records.ts";
import type { Application } from "../control/applications.ts";
import { localResponseFrame, networkFrame, replyFrame, requestEcho } from "../control/frames.ts";
import { noteOurIdentity } from "../dialog/connected-identity.ts";
import { dialogId, hasDescription, refreshTarget, type Dialog } from "../dialog/dialog.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { parseSipUri, tagOf } from "../message/sip-uri.ts";
import { sameRequest, whenPrepared, type Build, type PreparedRequest } from "../resolve/prepared-request.ts";
import { sendAlong } from "../resolve/sent-along.ts";
import type { Ways } from "../resolve/ways.ts";
import type { ClientOutcome, ClientTransaction } from "../transaction/client-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { acknowledgeAlone } from "./acknowledge-alone.ts";
import { ownResponse } from "./build-message.ts";
import { cancelInvitesIn, endDialog } from "./cancel.ts";
import type { ClientUse, Context } from "./context.ts";
import { confirm, endEarlyOfOurs, hearEarly, isInOrder, noteAnswer } from "./early-dialogs.ts";
import { acknowledgeAgain, endForked } from "./repeated-answers.ts";
import { agreeOnTheirAnswer, askInNewCall } from "./session-timers.ts";
import { settleSubscription } from "./subscriptions.ts";

/** Sends a new request; the one reply goes out when it was handed to the transaction. At once where the way is known. */
export function sendRequest(
  context: Context,
  application: Application,
  order: { messageId: string; given: SipRequest; route: string },
): Promise<void> | undefined {
  const { given, messageId } = order;
  const refuse = (text: string): undefined => {
    application.send(replyFrame(messageId, "NOK", text));
  };
  if (parseSipUri(given.uri) === null && !given.uri.startsWith("tel:"))
    return refuse(`invalid request-uri: ${given.uri}`);
  const uri = order.route === "" ? given.uri : order.route;
  askInNewCall(context, given);
  const build = sameRequest(given);
  const start = (prepared: PreparedRequest): void => {
    if (prepared.kind === "refused") refuse(prepared.reason);
    else startForApplication(context, application, { ...prepared, messageId, build });
  };
  return whenPrepared(context, { uri, preferred: null, build }, start);
}

type Start = {
  messageId: string;
  request: SipRequest;
  flow: Flow;
  branch: string;
  /** What to try when this way fails, and the request for it. */
  others: Ways | null;
  build: Build;
  dialogId?: string;
};

/** Starts a client transaction whose answers go to the application. */
export function startForApplication(context: Context, application: Application, start: Start): void {
  const { request, flow, build } = start;
  const id = randomUUID();
  const makesDialog = request.method === "INVITE" || request.method === "SUBSCRIBE";
  const own = makesDialog
    ? dialogId(request.headers.first("call-id") ?? "", tagOf(request.headers.first("from")) ?? "")
    : "";
  const use: ClientUse = {
    application: application.name,
    dialogId: start.dialogId ?? own,
    isCancelled: false,
    cancelWaits: null,
    isBetween: () => false,
  };
  context.clientUses.set(id, use);
  if (request.method === "INVITE") context.invitesOfOurs.add(use.dialogId, id);
  const { first, isBetween } = sendAlong(context, {
    id,
    request,
    flow,
    branch: start.branch,
    others: start.others,
    build: (next, branch) => {
      const built = build(next, branch);
      return built.ok ? built.message : null;
    },
    outcome: (outcome, from) => receiveOutcome(context, from, outcome),
    inForce: (current) => context.clientsById.set(id, current),
    mayMoveOn: () => !use.isCancelled,
    released: () => {
      use.leg?.stop(failure(request));
      context.clientsById.delete(id);
      context.clientUses.delete(id);
      context.invitesOfOurs.remove(use.dialogId, id);
    },
  });
  use.isBetween = isBetween;
  if (request.method === "INVITE" && start.dialogId === undefined) use.leg = context.records?.placed(request) ?? null;
  // The reply comes before anything that the transaction may bring about (control protocol §14, rule 1).
  const told = application.tell(requestEcho(start.messageId, first.written, { flow, transactionId: id }));
  // An INVITE's answers are listened to in the call-back that this frame runs (createUAC, createB2BUA); others after a promise (request).
  if (start.dialogId === undefined && request.method !== "INVITE") use.told = told;
  first.start();
}

function receiveOutcome(context: Context, transaction: ClientTransaction, outcome: ClientOutcome): void {
  const use = context.clientUses.get(transaction.id);
  if (use === undefined) return;
  const application = context.applications.get(use.application);
  const ids = { transactionId: transaction.id, dialogId: use.dialogId };
  if (outcome.kind !== "response") {
    const status = outcome.kind === "timed-out" ? 408 : 503;
    const made = ownResponse(transaction.request, [status, status === 408 ? "Request Timeout" : "Service Unavailable"]);
    use.leg?.stop(use.isCancelled ? canceledBy("application", transaction.request) : failure(made));
    settle(context, transaction, { response: made, flow: transaction.flow });
    application?.tell(localResponseFrame(made, transaction.flow, ids), use.told);
    return;
  }
  const { response, flow } = outcome;
  if (response.status < 200 && use.cancelWaits) {
    use.cancelWaits();
    use.cancelWaits = null;
  }
  if (response.status === 100) return;
  if (!settle(context, transaction, { response, flow })) return;
  const told = application?.tell(networkFrame(response, flow, ids), use.told);
  // It listens to the dialog after this frame.
  const dialog = response.status >= 200 && response.status < 300 ? context.dialogs.get(use.dialogId) : undefined;
  if (dialog !== undefined && told !== undefined) dialog.told ??= told;
}

/** What the answer means for dialogs. False: a repetition that the application has seen already. */
function settle(
  context: Context,
  transaction: ClientTransaction,
  answer: { response: SipResponse; flow: Flow },
): boolean {
  const { response, flow } = answer;
  const { request } = transaction;
  const use = context.clientUses.get(transaction.id);
  if (use === undefined) return false;
  const isSuccess = response.status >= 200 && response.status < 300;
  const inDialog = tagOf(request.headers.first("to")) !== null;
  const known = context.dialogs.get(use.dialogId);
  if (inDialog) return settleInDialog(context, transaction, answer);
  if (response.status >= 300)
    use.leg?.stop(use.isCancelled ? canceledBy("application", request) : rejectedBy("network", response));
  if (request.method !== "INVITE" && (request.method !== "SUBSCRIBE" || !isSuccess)) return true;
  if (response.status < 200)
    return hearEarly(context, use.dialogId, { transaction, owner: use.application, response, flow });
  if (!isSuccess) {
    endEarlyOfOurs(context, use.dialogId, transaction.id);
    return true;
  }
  if (known?.state === "confirmed") {
    if (known.remoteTag === tagOf(response.headers.first("to"))) acknowledgeAgain(known, cseqOf(request));
    else void endForked(context, { request, response, flow });
    return false;
  }
  if (!isAwaited(context, transaction)) {
    // Nobody is left who would talk: the call is acknowledged and ended.
    endEarlyOfOurs(context, use.dialogId, transaction.id);
    void endForked(context, { request, response, flow });
    return false;
  }
  const dialog = confirm(context, use.dialogId, { transaction, owner: use.application, response, flow });
  if (use.leg) {
    use.leg.start({ source: "network", role: "uac", message: response });
    dialog.leg = use.leg;
    use.leg = null;
  }
  agreeOnTheirAnswer(context, dialog, { request, response });
  settleSubscription(context, dialog, { request, response });
  return true;
}

function cseqOf(request: SipRequest): number {
  return Number.parseInt(request.headers.first("cseq") ?? "0", 10);
}

function settleInDialog(
  context: Context,
  transaction: ClientTransaction,
  { response, flow }: { response: SipResponse; flow: Flow },
): boolean {
  const { request } = transaction;
  const dialog = context.dialogs.get(context.clientUses.get(transaction.id)?.dialogId ?? "");
  if (dialog === undefined) return true;
  const { status } = response;
  noteAnswer(dialog, { transaction, response });
  if (request.method === "BYE" && status >= 200 && status !== 401 && status !== 407)
    endWithBye(context, dialog, request);
  settleSubscription(context, dialog, { request, response });
  if (status < 200) return request.method !== "INVITE" || isInOrder(dialog, response);
  if (status >= 300) return true;
  noteOurIdentity(dialog, request);
  if (request.method === "UPDATE") {
    refreshTarget(dialog, response, { source: flow, nat: context.nat });
    if (dialog.state === "confirmed") agreeOnTheirAnswer(context, dialog, { request, response });
  }
  if (request.method !== "INVITE") return true;
  const number = cseqOf(request);
  if (acknowledgeAgain(dialog, number)) return false;
  // It came again before the application had acknowledged it.
  if (dialog.answeredCseq === number) return false;
  refreshTarget(dialog, response, { source: flow, nat: context.nat });
  dialog.answeredCseq = number;
  agreeOnTheirAnswer(context, dialog, { request, response });
  if (isAwaited(context, transaction)) return true;
  acknowledgeAlone(context, dialog);
  // The 2xx has an offer in it, and nobody is left who would answer that.
  if (!hasDescription(request)) void endDialog(context, dialog, "the application is gone");
  return false;
}

/** Is the application still there that sent it? */
function isAwaited(context: Context, { id }: ClientTransaction): boolean {
  return context.applications.get(context.clientUses.get(id)?.application ?? "") !== undefined;
}

/** The peer has our BYE. In an early dialog it answers the INVITE as well, and other branches of a fork would ring on (RFC 3261 §15.1.2). */
function endWithBye(context: Context, dialog: Dialog, bye: SipRequest): void {
  dialog.leg?.stop({ source: "application", reason: "normal-release", message: bye });
  context.dialogs.remove(dialog);
  if (dialog.state === "early") cancelInvitesIn(context, dialog.id);
}
