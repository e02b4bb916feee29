/** A connection is gone: what waited for an answer over it is over, and the application hears so at once instead of after 32 seconds or never. */
import { networkFrame } from "../control/frames.ts";
import { HeaderList } from "../message/header-list.ts";
import { cancelOf } from "../transaction/client-transaction.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse } from "./build-message.ts";
import type { Context } from "./context.ts";

export function connectionClosed(context: Context, flow: Flow): void {
  // Requests of ours: a transport failure, told as 503 (RFC 3261 §8.1.3.1).
  for (const transaction of context.clients.values())
    if (transaction.flow.id === flow.id) transaction.connectionClosed();
  for (const transaction of context.servers.values()) {
    if (transaction.back.id === flow.id && transaction.isOpen && transaction.request.method === "INVITE")
      callerGone(context, transaction);
  }
}

/** A caller that cannot be answered any more has given up: the application gets the CANCEL that the caller could not send. */
function callerGone(context: Context, invite: ServerTransaction): void {
  const reason = new HeaderList().append("Reason", 'SIP;cause=503;text="connection closed"');
  if (context.proxied.has(invite)) return context.proxied.callerLeft(invite, reason);
  const use = context.serverUses.get(invite.id);
  const ids = { transactionId: invite.id, dialogId: use?.dialogId ?? "" };
  if (use) {
    const frame = networkFrame(cancelOf(invite.request, reason), invite.source, ids);
    context.applications.get(use.application)?.send(frame);
  }
  invite.respond(ownResponse(invite.request, [487, "Request Terminated"], invite.localTag));
}
