/** Responses of the application to requests from the network (control protocol §5.2 to §5.4). */
import { replyFrame, responseEcho } from "../control/frames.ts";
import type { Application } from "../control/applications.ts";
import { dialogId, dialogOfServer, hasDescription, noteOffer, type Dialog } from "../dialog/dialog.ts";
import { HeaderList } from "../message/header-list.ts";
import type { SipResponse } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import { written } from "../message/write-message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { answerAnew } from "./connection-closed.ts";
import { buildResponse } from "./build-message.ts";
import { endDialog } from "./cancel.ts";
import { randomToken, type Context } from "./context.ts";
import { agreeOnOurAnswer } from "./session-timers.ts";
import { settleSubscription } from "./subscriptions.ts";
import { noteReaction } from "./note-reaction.ts";
import { dialogOfAnswer } from "./early-dialogs.ts";
import { endInvite } from "./end-invite.ts";
import { ReliableAnswers, reliabilityOf, reliableKey, reliableOf } from "./reliable-answers.ts";

type Order = { messageId: string; transactionId: string; given: SipResponse };
type Answered = Omit<Order, "given"> & {
  transaction: ServerTransaction;
  response: SipResponse;
  application: Application;
};

export function answerFromApplication(context: Context, application: Application, order: Order): void {
  const { messageId, transactionId, given } = order;
  const refuse = (text: string): void => application.send(replyFrame(messageId, "NOK", text));
  const transaction = answeredBy(context, order);
  const use = transaction && context.serverUses.get(transaction.id);
  if (transaction === undefined || use === undefined || !transaction.isOpen) {
    return refuse("Response not sent due to unknown transaction");
  }
  if (use.application === application.name) application.hasRead(use.told ?? 0);
  noteReaction(context, use);
  if (!transaction.back.isOpen() && !answerAnew(context, transaction))
    return refuse("transport for response has been shutdown or closed");
  const reliability = reliabilityOf(given, transaction.request);
  if (reliability === "unsupported") return refuse("Remote endpoint does not support 100rel");
  transaction.localTag ??=
    tagOf(given.headers.first("to")) ?? tagOf(transaction.request.headers.first("to")) ?? randomToken();
  const built = buildResponse(given, transaction.request, {
    flow: transaction.source,
    localTag: given.status === 100 ? "" : transaction.localTag,
    reliability,
  });
  if (!built.ok) return refuse(built.reason);
  const answered = { messageId, transactionId, transaction, response: built.message, application };
  if (!takeInTurn(context, answered, reliability)) send(context, answered);
}

/** The request that the application answers. An UPDATE may be known to it under the name of the INVITE in progress: then its CSeq tells (control protocol §6.4). */
function answeredBy(context: Context, { transactionId, given }: Order): ServerTransaction | undefined {
  if (!/\bUPDATE\s*$/i.test(given.headers.first("cseq") ?? "")) return context.serversById.get(transactionId);
  const transaction = context.updates.get(transactionId) ?? context.serversById.get(transactionId);
  return transaction?.request.method === "UPDATE" ? transaction : undefined;
}

/** Reliable provisional responses go out one after the other, and the 2xx after them (RFC 3262 §3). False: it has not to wait, and is no matter of theirs. */
function takeInTurn(context: Context, answered: Answered, reliability: "reliable" | "unreliable"): boolean {
  const { transaction, response, application, messageId } = answered;
  const isAnswer = response.status >= 200 && response.status < 300 && transaction.request.method === "INVITE";
  if (reliability === "unreliable" && (!isAnswer || context.reliable.size === 0)) return false;
  const known = reliableOf(context.reliable, transaction);
  if (isAnswer && known === null) return false;
  const reliable = known ?? openReliable(context, transaction);
  const order = {
    response,
    send: () => {
      reliable.dialog = send(context, answered) ?? reliable.dialog;
    },
    refuse: () => application.send(replyFrame(messageId, "NOK", "Response not sent due to unknown transaction")),
  };
  if (isAnswer) reliable.answer(order);
  else reliable.provisional(order);
  return true;
}

/** Without a PRACK for 64·T1 the INVITE is refused (RFC 3262 §3); the application hears that its caller is gone. */
function openReliable(context: Context, invite: ServerTransaction): ReliableAnswers {
  const reliable = new ReliableAnswers(invite, context.timers, () => {
    context.log.write("warn", "a reliable provisional response was never acknowledged", {
      to: invite.source.remoteAddress,
    });
    const why = new HeaderList().append("Reason", 'SIP;cause=504;text="no PRACK"');
    endInvite(context, invite, { answer: [504, "Server Time-out"], why });
  });
  context.reliable.set(reliableKey(invite.request.headers.first("call-id") ?? "", invite.localTag ?? ""), reliable);
  return reliable;
}

/** Sends the answer and echoes it; the dialog that it belongs to. */
function send(context: Context, answered: Answered): Dialog | undefined {
  const { transaction, response, application } = answered;
  const idOfDialog = settleDialog(context, answered);
  const dialog = idOfDialog === "" ? undefined : context.dialogs.get(idOfDialog);
  if (dialog !== undefined) noteAnswerOfOurs(dialog, answered);
  // Echo first, then nothing of the dialog can be seen before it (control protocol §14, rule 2): the ACK comes from the network, later.
  transaction.respond(response);
  context.protection.answered(transaction.request, response, transaction.source);
  const told = application.tell(
    responseEcho(answered.messageId, transaction.last ?? written(response), {
      flow: transaction.back,
      transactionId: answered.transactionId,
      dialogId: idOfDialog,
    }),
  );
  // It listens to the dialog after this frame.
  if (dialog !== undefined && response.status >= 200 && response.status < 300) dialog.told ??= told;
  return dialog;
}

function noteAnswerOfOurs(dialog: Dialog, { transaction, response }: Answered): void {
  const { request } = transaction;
  noteOffer(dialog, {
    kind: "response",
    from: "us",
    method: request.method,
    status: response.status,
    hasDescription: hasDescription(response),
    isReliable: response.headers.has("rseq"),
    answersOffer: hasDescription(request),
  });
}

/** What the answer means for dialogs and registrations; the dialog id that the echo carries. */
function settleDialog(context: Context, answered: Answered): string {
  const { transaction, response } = answered;
  const { request } = transaction;
  const isSuccess = response.status >= 200 && response.status < 300;
  const use = context.serverUses.get(transaction.id);
  if (isSuccess && (request.method === "REGISTER" || request.method === "SUBSCRIBE")) {
    context.bindings.learn(request, response, transaction.source);
  }
  if (tagOf(request.headers.first("to")) !== null) return settleInDialog(context, answered, use?.dialogId ?? "");
  const isInvite = request.method === "INVITE";
  if (!isInvite && request.method !== "SUBSCRIBE") return "";
  const id = dialogId(request.headers.first("call-id") ?? "", tagOf(request.headers.first("from")) ?? "");
  if (use) use.dialogId = id;
  const order = {
    request,
    response,
    source: transaction.source,
    owner: answered.application.name,
    nat: context.nat,
    madeBy: transaction.id,
  };
  if (!isInvite && isSuccess) {
    const dialog = dialogOfServer(order);
    context.dialogs.add(dialog);
    settleSubscription(context, dialog, { request, response });
  }
  if (!isInvite || response.status === 100 || response.status >= 300) return id;
  const dialog = dialogOfAnswer(context, order);
  if (!isSuccess) return id;
  agreeOnOurAnswer(context, dialog, { request, response });
  context.accepted.await(id, transaction, () => void endDialog(context, dialog, "ACK timeout"));
  return id;
}

function settleInDialog(context: Context, answered: Answered, id: string): string {
  const { transaction, response } = answered;
  const { request } = transaction;
  const dialog = context.dialogs.get(id);
  const isSuccess = response.status >= 200 && response.status < 300;
  if (dialog?.state === "confirmed" && isSuccess) agreeOnOurAnswer(context, dialog, { request, response });
  if (dialog !== undefined && request.method === "INVITE" && isSuccess) {
    context.accepted.await(dialog.id, transaction, () => void endDialog(context, dialog, "ACK timeout"));
  }
  if (dialog !== undefined) settleSubscription(context, dialog, { request, response });
  return id;
}
