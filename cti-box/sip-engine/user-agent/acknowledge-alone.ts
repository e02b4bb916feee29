/** ACKs of the engine's own, where no application says one: a refresh of its own was accepted, or nobody is left (RFC 3261 §13.2.2.4: every 2xx gets its ACK). */
import type { Dialog } from "../dialog/dialog.ts";
import { HeaderList } from "../message/header-list.ts";
import { noBody, type SipRequest } from "../message/sip-message.ts";
import { written } from "../message/write-message.ts";
import { whenPrepared, type Build } from "../resolve/prepared-request.ts";
import { buildDialogRequest } from "./build-message.ts";
import { nextHopUri } from "./cancel.ts";
import { retireAccepted } from "./client-remnants.ts";
import type { Context } from "./context.ts";
import { acknowledgeFirst } from "./repeated-answers.ts";

/** Acknowledges the last 2xx of that dialog, without a description. */
export function acknowledgeAlone(context: Context, dialog: Dialog): void {
  const cseq = dialog.answeredCseq;
  dialog.acknowledgedCseq = cseq;
  const given: SipRequest = {
    kind: "request",
    method: "ACK",
    uri: "sip:placeholder",
    headers: new HeaderList(),
    body: noBody,
  };
  const build: Build = (flow, branch) => buildDialogRequest(given, dialog, { flow, branch, cseq });
  void whenPrepared(context, { uri: nextHopUri(dialog), preferred: dialog.flow, build }, (prepared) => {
    if (prepared.kind === "refused") return;
    acknowledgeFirst(dialog, { cseq, message: written(prepared.request), flow: prepared.flow });
    retireAccepted(context, dialog, cseq);
  });
}
