/** ACKs beyond the application's own: the 2xx that comes again, and the second branch of a fork (RFC 3261 §13.2.2.4). */
import { dialogOfClient, type Dialog } from "../dialog/dialog.ts";
import { HeaderList } from "../message/header-list.ts";
import { noBody, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { bytesOf, ownCopy, writeMessage, type Written } from "../message/write-message.ts";
import type { Flow } from "../transport/flow.ts";
import { buildDialogRequest } from "./build-message.ts";
import { nextHopUri, startSilently } from "./cancel.ts";
import { newBranch, type Context } from "./context.ts";
import { findNextHop } from "./next-hop.ts";

/** The ACK of a 2xx goes out, and is kept for when the 2xx comes again. */
export function acknowledgeFirst(dialog: Dialog, ack: { cseq: number; message: Written; flow: Flow }): void {
  ack.flow.send(bytesOf(ack.message));
  dialog.ack = { ...ack, message: ownCopy(ack.message) };
}

/** A 2xx came again: our ACK was lost. True when there was one to repeat. */
export function acknowledgeAgain(dialog: Dialog, cseq: number): boolean {
  const { ack } = dialog;
  if (ack === null || ack.cseq !== cseq) return false;
  ack.flow.send(bytesOf(ack.message));
  return true;
}

/** A second branch of a forked INVITE answered too: it is acknowledged and hung up, the first one stays (RFC 3261 §13.2.2.4). */
export async function endForked(
  context: Context,
  forked: { request: SipRequest; response: SipResponse; flow: Flow },
): Promise<void> {
  const dialog = dialogOfClient({ ...forked, source: forked.flow, owner: "", nat: context.nat, madeBy: "" });
  const hop = await findNextHop(context, nextHopUri(dialog), dialog.flow);
  if (hop.kind !== "flow") return;
  const requestOf = (method: string): SipRequest => ({
    kind: "request",
    method,
    uri: "sip:placeholder",
    headers: new HeaderList(),
    body: noBody,
  });
  const ack = buildDialogRequest(requestOf("ACK"), dialog, {
    flow: hop.flow,
    branch: newBranch(),
    cseq: dialog.localCseq,
  });
  if (ack.ok) hop.flow.send(writeMessage(ack.message));
  const branch = newBranch();
  // Its early dialog may have had PRACKs and UPDATEs, which nobody counts any more: a number beyond them.
  const bye = buildDialogRequest(requestOf("BYE"), dialog, { flow: hop.flow, branch, cseq: dialog.localCseq + 100 });
  if (bye.ok) startSilently(context, bye.message, { flow: hop.flow, branch });
}
