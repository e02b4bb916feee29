/** INVITEs that ring for long: the caller is told again (RFC 3261 §13.3.1.1). */
import type { SipResponse } from "../message/sip-message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { ownResponse } from "./build-message.ts";
import type { Context } from "./context.ts";
import { names100rel, reliableOf, type ReliableAnswers } from "./reliable-answers.ts";

/** A minute of ringing since the last answer: the caller is told again (RFC 3261 §13.3.1.1). */
export function ringAgain(context: Context, ringing: ServerTransaction): void {
  // What others answer, others say again.
  if (context.proxied.has(ringing)) return;
  const reliable = reliableOf(context.reliable, ringing);
  if (reliable === null) ringing.repeat();
  else if (reliable.isIdle && reliable.last !== null) sayAgain(reliable, reliable.last);
}

/** An acknowledged response must not come again as it was: it comes without its number, or with a new one where the caller wants every one reliable. */
function sayAgain(reliable: ReliableAnswers, last: SipResponse): void {
  const { invite } = reliable;
  const response = ownResponse(invite.request, [last.status, last.reason], invite.localTag);
  if (!names100rel(invite.request, "require")) {
    invite.respond(response);
    return;
  }
  for (const contact of last.headers.lines("contact")) response.headers.append("Contact", contact);
  response.headers.append("Require", "100rel");
  reliable.provisional({ response, send: () => invite.respond(response), refuse: () => undefined });
}
