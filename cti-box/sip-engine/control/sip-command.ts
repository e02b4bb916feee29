/** The `sip` command: which of the four things it is (control protocol §3.5). Every command gets exactly one reply, also when it fails. */
import type { Application } from "./applications.ts";
import { replyFrame } from "./frames.ts";
import { parseFromApplication } from "../message/parse-message.ts";
import { answerFromApplication } from "../user-agent/answer.ts";
import { cancelByApplication } from "../user-agent/cancel.ts";
import type { Context } from "../user-agent/context.ts";
import { sendInDialog } from "../user-agent/send-in-dialog.ts";
import { sendRequest } from "../user-agent/send-request.ts";

export type SipOrder = {
  messageId: string;
  transactionId: string;
  dialogId: string;
  route: string;
  message: Buffer | null;
};

export function sipCommand(
  context: Context,
  application: Application,
  order: SipOrder,
): "handled" | "transaction-id-missing" {
  const { messageId, transactionId, dialogId } = order;
  const parsed = parseFromApplication(order.message ?? Buffer.alloc(0));
  if (!parsed.ok) {
    application.send(
      replyFrame(messageId, "NOK", `invalid or missing method supplied on start line: ${parsed.reason}`),
    );
    return "handled";
  }
  const given = parsed.message;
  const failed = (error: unknown): void => {
    context.log.write("error", "a command failed", { error: String(error) });
    application.send(replyFrame(messageId, "NOK", "Server error: internal error"));
  };
  try {
    if (given.kind === "response") {
      if (transactionId === "") return "transaction-id-missing";
      answerFromApplication(context, application, { messageId, transactionId, given });
    } else if (dialogId !== "") sendInDialog(context, application, { messageId, dialogId, given })?.catch(failed);
    else if (transactionId !== "") cancelByApplication(context, application, { messageId, transactionId, given });
    else sendRequest(context, application, { messageId, given, route: order.route })?.catch(failed);
  } catch (error) {
    failed(error);
  }
  return "handled";
}
