/** PRACK from the network (RFC 3262 §3, control protocol §5.3): found by its RAck, answered by the application. */
import { networkFrame } from "../control/frames.ts";
import { hasDescription, noteOffer, type Dialog } from "../dialog/dialog.ts";
import { parseRAck } from "../dialog/rack.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Context } from "./context.ts";
import { refuse } from "./refuse.ts";
import { reliableKey, type ReliableAnswers } from "./reliable-answers.ts";

/** A PRACK with a To tag. One that acknowledges nothing is answered 481; so is one that comes twice with another number of its own. */
export function receivePrack(context: Context, prack: ServerTransaction): void {
  const { request, source } = prack;
  const found = acknowledgedBy(context, request);
  const owner = context.applications.get(found?.dialog.owner ?? "");
  if (found === null || owner === undefined) return refuse(prack, 481, "Call/Transaction Does Not Exist");
  const { dialog, reliable, rseq } = found;
  const cseq = Number.parseInt(request.headers.first("cseq") ?? "0", 10);
  if (dialog.remoteCseq !== null && cseq <= dialog.remoteCseq) return refuse(prack, 500, "Server Internal Error");
  if (!reliable.prack(rseq, prack.id)) return refuse(prack, 481, "Call/Transaction Does Not Exist");
  // Whoever knows our tag and number is where its packets say.
  context.protection.good(source);
  delete dialog.stranger;
  dialog.remoteCseq = cseq;
  noteOffer(dialog, { kind: "request", from: "them", method: "PRACK", hasDescription: hasDescription(request) });
  const frame = networkFrame(request, source, { transactionId: prack.id, dialogId: dialog.id });
  context.serverUses.set(prack.id, {
    application: owner.name,
    dialogId: dialog.id,
    told: owner.tell(frame, dialog.told),
  });
  return undefined;
}

type Found = { reliable: ReliableAnswers; dialog: Dialog; rseq: number };

/** By Call-ID, tags and the INVITE's number: its dialog may be over already (a PRACK that crossed the final answer). */
function acknowledgedBy(context: Context, { headers }: SipRequest): Found | null {
  const key = reliableKey(headers.first("call-id") ?? "", tagOf(headers.first("to")) ?? "");
  const reliable = context.reliable.get(key);
  const rack = parseRAck(headers.first("rack"));
  if (reliable === undefined || reliable.dialog === null || rack === null) return null;
  const invited = Number.parseInt(reliable.invite.request.headers.first("cseq") ?? "0", 10);
  const { dialog } = reliable;
  if (rack.method !== "INVITE" || rack.cseq !== invited || dialog.remoteTag !== tagOf(headers.first("from")))
    return null;
  return { reliable, dialog, rseq: rack.rseq };
}
