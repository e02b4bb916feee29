/**
 * INVITEs of ours that were accepted and acknowledged, for as long as their 2xx may come again (timer M, RFC 6026 §7.2): the 2xx of the same peer means that our
 * ACK was lost, that of another peer is the second branch of a fork (RFC 3261 §13.2.2.4).
 */
import { parseMessage } from "../message/parse-message.ts";
import type { SipResponse } from "../message/sip-message.ts";
import { bytesOf } from "../message/write-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { ownCopy } from "../transaction/remnants.ts";
import type { Flow } from "../transport/flow.ts";
import type { Context } from "./context.ts";
import { acknowledgeAgain, endForked } from "./repeated-answers.ts";

/** The ACK of that INVITE went out: its transaction has nothing more to do. */
export function retireAccepted(context: Context, dialog: Dialog, cseq: number): void {
  for (const id of context.invitesOfOurs.of(dialog.id)) {
    const invite = context.clientsById.get(id);
    const number = Number.parseInt(invite?.request.headers.first("cseq") ?? "0", 10);
    if (invite?.state !== "accepted" || number !== cseq) continue;
    const isFirst = tagOf(invite.request.headers.first("to")) === null;
    context.accomplished.add(`${invite.branch}|INVITE`, {
      dialogId: dialog.id,
      remoteTag: dialog.remoteTag,
      cseq,
      invite: isFirst ? ownCopy(invite.written) : null,
    });
    invite.retire();
  }
}

/** An answer to an INVITE that has no transaction any more; `key`: its branch and method. False: to none that is remembered. */
export function receiveLate(context: Context, key: string, late: { response: SipResponse; flow: Flow }): boolean {
  const remnant = context.accomplished.get(key);
  const { response, flow } = late;
  if (remnant === undefined) return false;
  if (response.status < 200 || response.status >= 300) return true;
  if (tagOf(response.headers.first("to")) === remnant.remoteTag) {
    const dialog = context.dialogs.get(remnant.dialogId);
    if (dialog !== undefined) acknowledgeAgain(dialog, remnant.cseq);
    return true;
  }
  const parsed = remnant.invite === null ? null : parseMessage(bytesOf(remnant.invite));
  if (parsed?.ok && parsed.message.kind === "request")
    void endForked(context, { request: parsed.message, response, flow });
  return true;
}
