/**
 * INVITEs of ours that were accepted and acknowledged, for as long as their 2xx may come again (timer M, RFC 6026 §7.2): the 2xx of the same peer means that our
 * ACK was lost, that of another peer is the second branch of a fork (RFC 3261 §13.2.2.4).
 */
import { HeaderList, headerSpelling } from "../message/header-list.ts";
import { noBody, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { Dialog } from "../dialog/dialog.ts";
import type { Flow } from "../transport/flow.ts";
import type { Context } from "./context.ts";
import { acknowledgeAgain, endForked } from "./repeated-answers.ts";

type ClientRemnant = {
  dialogId: string;
  /** Tag of the peer whose 2xx made the dialog. */
  remoteTag: string;
  cseq: number;
  /** For a second branch of a fork; null inside a dialog, where there is none. */
  invite: { uri: string; headers: Record<(typeof keptHeaders)[number], string> } | null;
};

/** What of an INVITE the ACK and BYE of a second dialog are made of (RFC 3261 §12.1.2). */
const keptHeaders = ["from", "to", "call-id", "cseq", "contact"] as const;

/** The ACK of that INVITE went out: its transaction has nothing more to do. */
export function retireAccepted(context: Context, dialog: Dialog, cseq: number): void {
  for (const id of context.invitesOfOurs.of(dialog.id)) {
    const invite = context.clientsById.get(id);
    const number = Number.parseInt(invite?.request.headers.first("cseq") ?? "0", 10);
    if (invite?.state !== "accepted" || number !== cseq) continue;
    const isFirst = tagOf(invite.request.headers.first("to")) === null;
    const { id: dialogId, remoteTag } = dialog;
    const remnant: ClientRemnant = { dialogId, remoteTag, cseq, invite: isFirst ? essenceOf(invite.request) : null };
    context.accomplished.add(`${invite.branch}|INVITE`, Buffer.from(JSON.stringify(remnant)));
    invite.retire();
  }
}

/** An answer to an INVITE that has no transaction any more; `key`: its branch and method. False: to none that is remembered. */
export function receiveLate(context: Context, key: string, late: { response: SipResponse; flow: Flow }): boolean {
  const kept = context.accomplished.get(key);
  const { response, flow } = late;
  if (kept === undefined) return false;
  if (response.status < 200 || response.status >= 300) return true;
  const remnant = JSON.parse(kept.content.toString()) as ClientRemnant;
  if (tagOf(response.headers.first("to")) === remnant.remoteTag) {
    const dialog = context.dialogs.get(remnant.dialogId);
    if (dialog !== undefined) acknowledgeAgain(dialog, remnant.cseq);
    return true;
  }
  if (remnant.invite !== null) void endForked(context, { request: requestOf(remnant.invite), response, flow });
  return true;
}

function essenceOf({ uri, headers }: SipRequest): NonNullable<ClientRemnant["invite"]> {
  const kept = Object.fromEntries(keptHeaders.map((key) => [key, headers.first(key) ?? ""]));
  return { uri, headers: kept as NonNullable<ClientRemnant["invite"]>["headers"] };
}

function requestOf(invite: NonNullable<ClientRemnant["invite"]>): SipRequest {
  const headers = new HeaderList();
  for (const key of keptHeaders) headers.append(headerSpelling(key), invite.headers[key]);
  return { kind: "request", method: "INVITE", uri: invite.uri, headers, body: noBody };
}
