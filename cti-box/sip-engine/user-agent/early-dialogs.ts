/** Early dialogs (RFC 3261 §12.1): from the first provisional answer with a tag until the INVITE is answered for good, in both roles. */
import {
  dialogId,
  dialogOfClient,
  dialogOfServer,
  followAnswer,
  hasDescription,
  noteOffer,
  type Dialog,
  type DialogOrder,
} from "../dialog/dialog.ts";
import { hearProvisional } from "../dialog/provisional-order.ts";
import { parseRSeq } from "../dialog/rack.ts";
import type { SipResponse } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { ClientTransaction } from "../transaction/client-transaction.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import type { Context } from "./context.ts";
import { reliableOf } from "./reliable-answers.ts";

/** Beyond that many branches of one fork the provisional answers are still told, but requests inside of their dialogs are not known. */
const largestForks = 16;

/** The dialog that an answer of ours makes or confirms. */
export function dialogOfAnswer(context: Context, order: DialogOrder): Dialog {
  const { request, response } = order;
  const known = context.dialogs.get(
    dialogId(request.headers.first("call-id") ?? "", tagOf(request.headers.first("from")) ?? ""),
  );
  if (known?.madeBy !== order.madeBy) {
    const dialog = dialogOfServer(order);
    noteOffer(dialog, {
      kind: "request",
      from: "them",
      method: request.method,
      hasDescription: hasDescription(request),
    });
    context.dialogs.add(dialog);
    return dialog;
  }
  if (response.status >= 200) known.state = "confirmed";
  known.owner = order.owner;
  known.localContact = response.headers.first("contact") ?? known.localContact;
  return known;
}

/** An INVITE of the peer's was refused, or is somebody else's business now: its early dialog is over, and so are its reliable provisional responses. */
export function endEarlyDialog(context: Context, invite: ServerTransaction): void {
  const { headers } = invite.request;
  const dialog = context.dialogs.get(dialogId(headers.first("call-id") ?? "", tagOf(headers.first("from")) ?? ""));
  if (dialog?.state === "early" && dialog.madeBy === invite.id) context.dialogs.remove(dialog);
  settleOffer(context, invite);
  reliableOf(context.reliable, invite)?.ended();
}

/** A request of the peer's is over, however that came: an offer in it waits no longer. */
export function settleOffer(context: Context, over: ServerTransaction): void {
  const dialog = context.dialogs.get(context.serverUses.get(over.id)?.dialogId ?? "");
  if (dialog?.offer?.by === "them" && dialog.offer.method === over.request.method) dialog.offer = null;
}

export type Heard = { transaction: ClientTransaction; owner: string; response: SipResponse; flow: Flow };

/** A provisional answer to an INVITE of ours outside of a dialog. False: a repetition, or out of order, and not to be told (RFC 3262 §4). */
export function hearEarly(context: Context, id: string, heard: Heard): boolean {
  const { response, flow } = heard;
  const remoteTag = tagOf(response.headers.first("to"));
  if (remoteTag === null) return true;
  const first = context.dialogs.get(id);
  const known = first === undefined ? undefined : branchOf(first, remoteTag);
  if (known !== undefined) {
    if (!isInOrder(known, response)) return false;
    followAnswer(known, response, { source: flow, nat: context.nat });
    noteAnswer(known, heard);
    return true;
  }
  if (first !== undefined && (first.state !== "early" || (first.forks?.length ?? 0) >= largestForks)) return true;
  const dialog = dialogOfHeard(context, heard);
  isInOrder(dialog, response);
  if (first === undefined) context.dialogs.add(dialog);
  else (first.forks ??= []).push(dialog);
  return true;
}

/** The 2xx of an INVITE of ours outside of a dialog that no dialog of that name was confirmed by before. */
export function confirm(context: Context, id: string, heard: Heard): Dialog {
  const first = context.dialogs.get(id);
  const known = first === undefined ? undefined : branchOf(first, tagOf(heard.response.headers.first("to")) ?? "");
  if (first !== undefined) context.dialogs.remove(first);
  if (known === undefined) {
    const dialog = dialogOfHeard(context, heard);
    context.dialogs.add(dialog);
    return dialog;
  }
  // The other branches are heard of no more, unless they answer as well: then they are hung up.
  known.forks = null;
  known.state = "confirmed";
  known.owner = heard.owner;
  followAnswer(known, heard.response, { source: heard.flow, nat: context.nat });
  noteAnswer(known, heard);
  context.dialogs.add(known);
  return known;
}

/** An INVITE of ours was refused: all its early dialogs are over (RFC 3261 §12.3). */
export function endEarlyOfOurs(context: Context, id: string, inviteId: string): void {
  const dialog = context.dialogs.get(id);
  if (dialog?.state === "early" && dialog.madeBy === inviteId) context.dialogs.remove(dialog);
}

/** Counts a reliable provisional response of the peer's, in an early dialog or to a re-INVITE. False: not to be told. */
export function isInOrder(dialog: Dialog, response: SipResponse): boolean {
  const rseq = parseRSeq(response.headers.first("rseq"));
  if (rseq === null || response.status <= 100 || response.status >= 200) return true;
  const cseq = Number.parseInt(response.headers.first("cseq") ?? "0", 10);
  const verdict = hearProvisional(dialog.heard, { cseq, rseq });
  if (verdict.kind === "dropped") return false;
  dialog.heard = verdict.heard;
  return true;
}

function branchOf(first: Dialog, remoteTag: string): Dialog | undefined {
  return first.remoteTag === remoteTag ? first : first.forks?.find((fork) => fork.remoteTag === remoteTag);
}

function dialogOfHeard(context: Context, heard: Heard): Dialog {
  const { transaction, response, flow, owner } = heard;
  const { request } = transaction;
  const dialog = dialogOfClient({ request, response, source: flow, owner, madeBy: transaction.id, nat: context.nat });
  noteOffer(dialog, { kind: "request", from: "us", method: request.method, hasDescription: hasDescription(request) });
  noteAnswer(dialog, heard);
  return dialog;
}

/** What an answer to a request of ours means for the offers of the dialog. */
export function noteAnswer(
  dialog: Dialog,
  heard: { transaction: Pick<ClientTransaction, "request">; response: SipResponse },
): void {
  const { transaction, response } = heard;
  noteOffer(dialog, {
    kind: "response",
    from: "them",
    method: transaction.request.method,
    status: response.status,
    hasDescription: hasDescription(response),
    isReliable: response.headers.has("rseq"),
    answersOffer: hasDescription(transaction.request),
  });
}
