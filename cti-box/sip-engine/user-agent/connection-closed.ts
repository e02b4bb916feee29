/**
 * A connection is gone. Requests of ours that waited for an answer over it are over, and the application hears so at once instead of after 32 seconds or never;
 * requests of the peer are answered over a new connection where it takes one.
 */
import { HeaderList } from "../message/header-list.ts";
import { parseVia } from "../message/via.ts";
import { ReturningFlow } from "../resolve/returning-flow.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import type { Context } from "./context.ts";
import { endInvite } from "./end-invite.ts";

export function connectionClosed(context: Context, flow: Flow): void {
  // Requests of ours: a transport failure, told as 503 (RFC 3261 §8.1.3.1).
  for (const transaction of context.clients.values())
    if (transaction.flow.id === flow.id) transaction.connectionClosed();
  for (const transaction of context.servers.values())
    if (transaction.back.id === flow.id && !answerAnew(context, transaction)) callerGone(context, transaction);
}

/** Whoever listens where its Via says is answered there, over a new connection (RFC 3261 §18.2.2). False: it cannot be called back. */
export function answerAnew(context: Context, transaction: ServerTransaction): boolean {
  const { back, source, request } = transaction;
  const via = parseVia(request.headers.values("via")[0] ?? "");
  // A page cannot be connected to (RFC 7118 §5).
  if (via === null || back.protocol === "udp" || back.protocol.startsWith("ws")) return false;
  const returning = new ReturningFlow(back);
  transaction.back = returning;
  // By a name a stranger could have us connect to anybody.
  const where = context.protection.isTrusted(source) ? via : { ...via, host: source.remoteAddress };
  void returning.connect(context.ways.findBack(where, source)).then((isBack) => {
    if (!isBack) callerGone(context, transaction);
  });
  return true;
}

/** A caller that cannot be answered any more has given up: the application gets the CANCEL that the caller could not send. */
function callerGone(context: Context, invite: ServerTransaction): void {
  if (!invite.isOpen || invite.request.method !== "INVITE") return;
  const reason = new HeaderList().append("Reason", 'SIP;cause=503;text="connection closed"');
  if (context.proxied.has(invite)) return context.proxied.callerLeft(invite, reason);
  endInvite(context, invite, { answer: [487, "Request Terminated"], why: reason });
}
