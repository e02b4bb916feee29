/** Responses of the application to requests from the network (control protocol §5.2 to §5.4). */
import { replyFrame, responseEcho } from "../control/frames.ts";
import type { Application } from "../control/applications.ts";
import { dialogId, dialogOfServer } from "../dialog/dialog.ts";
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

export function answerFromApplication(
  context: Context,
  application: Application,
  order: { messageId: string; transactionId: string; given: SipResponse },
): void {
  const { messageId, given } = order;
  const refuse = (text: string): void => application.send(replyFrame(messageId, "NOK", text));
  const transaction = context.serversById.get(order.transactionId);
  const use = context.serverUses.get(order.transactionId);
  if (transaction === undefined || use === undefined || !transaction.isOpen) {
    return refuse("Response not sent due to unknown transaction");
  }
  if (use.application === application.name) application.hasRead(use.told ?? 0);
  noteReaction(context, use);
  if (!transaction.back.isOpen() && !answerAnew(context, transaction))
    return refuse("transport for response has been shutdown or closed");
  if (given.status < 200 && /100rel/i.test(given.headers.first("require") ?? ""))
    return refuse("Remote endpoint does not support 100rel");
  transaction.localTag ??=
    tagOf(given.headers.first("to")) ?? tagOf(transaction.request.headers.first("to")) ?? randomToken();
  const built = buildResponse(given, transaction.request, {
    flow: transaction.source,
    localTag: given.status === 100 ? "" : transaction.localTag,
  });
  if (!built.ok) return refuse(built.reason);
  const response = built.message;
  const idOfDialog = settleDialog(context, { transaction, response, application });
  // Echo first, then nothing of the dialog can be seen before it (control protocol §14, rule 2): the ACK comes from the network, later.
  transaction.respond(response);
  context.protection.answered(transaction.request, response, transaction.source);
  const told = application.tell(
    responseEcho(messageId, transaction.last ?? written(response), {
      flow: transaction.back,
      transactionId: transaction.id,
      dialogId: idOfDialog,
    }),
  );
  // It listens to the dialog after this frame.
  const dialog = response.status >= 200 && response.status < 300 ? context.dialogs.get(idOfDialog) : undefined;
  if (dialog !== undefined) dialog.told ??= told;
}

type Answered = { transaction: ServerTransaction; response: SipResponse; application: Application };

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
  if (request.method !== "INVITE" && request.method !== "SUBSCRIBE") return "";
  const id = dialogId(request.headers.first("call-id") ?? "", tagOf(request.headers.first("from")) ?? "");
  if (use) use.dialogId = id;
  if (!isSuccess) return id;
  const dialog = dialogOfServer({
    request,
    response,
    source: transaction.source,
    owner: answered.application.name,
    nat: context.nat,
  });
  context.dialogs.add(dialog);
  agreeOnOurAnswer(context, dialog, { request, response });
  settleSubscription(context, dialog, { request, response });
  if (request.method === "INVITE") {
    context.accepted.await(dialog.id, transaction, () => void endDialog(context, dialog, "ACK timeout"));
  }
  return id;
}

function settleInDialog(context: Context, answered: Answered, id: string): string {
  const { transaction, response } = answered;
  const { request } = transaction;
  const dialog = context.dialogs.get(id);
  const isSuccess = response.status >= 200 && response.status < 300;
  if (dialog !== undefined && isSuccess) agreeOnOurAnswer(context, dialog, { request, response });
  if (dialog !== undefined && request.method === "INVITE" && isSuccess) {
    context.accepted.await(dialog.id, transaction, () => void endDialog(context, dialog, "ACK timeout"));
  }
  if (dialog !== undefined) settleSubscription(context, dialog, { request, response });
  return id;
}
