/** An INVITE of the peer's that ends without a word of the application: it hears of it as of a CANCEL, which is what every application knows how to take. */
import { networkFrame } from "../control/frames.ts";
import type { HeaderList } from "../message/header-list.ts";
import { cancelOf } from "../transaction/client-transaction.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { ownResponse } from "./build-message.ts";
import type { Context } from "./context.ts";

/** `why`: the Reason headers that the application gets to see. The application is told first (control protocol §14, rule 5). */
export function endInvite(
  context: Context,
  invite: ServerTransaction,
  order: { answer: readonly [status: number, reason: string]; why: HeaderList },
): void {
  const use = context.serverUses.get(invite.id);
  if (use !== undefined) {
    const ids = { transactionId: invite.id, dialogId: use.dialogId };
    const frame = networkFrame(cancelOf(invite.request, order.why), invite.source, ids);
    context.applications.get(use.application)?.tell(frame, use.told);
  }
  invite.respond(ownResponse(invite.request, order.answer, invite.localTag));
}
