/**
 * A leg's dialog as it is remembered, and made again in a new process. The stack has kept what matters (tags, CSeq, route set, the peer's target): the box
 * names the dialog by the stack's own id, and needs little more than the Contact that it has shown.
 */
import { z } from "zod";
import Dialog from "drachtio-srf/lib/dialog.js";
import type { ControlClient, SipDialog, SipStack } from "../drachtio.ts";

export const keptDialogSchema = z.object({
  dialogId: z.string().min(1),
  role: z.enum(["uac", "uas"]),
  sipCallId: z.string(),
  localTag: z.string(),
  remoteTag: z.string(),
  localUri: z.string(),
  localContact: z.string(),
  remoteUri: z.string(),
  /** What the far end has said of itself; boxes of earlier versions did not keep it. */
  farEnd: z.object({ allow: z.string(), supported: z.string() }).default({ allow: "", supported: "" }),
  /** Contact that the box called; null: the far end called us. */
  placedTo: z.string().nullable(),
  /** In our answers inside of the call. */
  supported: z.string().optional(),
  /** As the call began. */
  sessionTimer: z.object({ seconds: z.number(), refresher: z.enum(["us", "them"]) }).nullish(),
});

export type KeptDialog = z.infer<typeof keptDialogSchema>;

export function keptDialog(dialog: SipDialog, placedTo: string | null): KeptDialog {
  const { id, type, sip, local, remote, supported, sessionTimer, req, res } = dialog;
  const theirs = type === "uas" ? req : res;
  return {
    dialogId: id,
    role: type,
    sipCallId: sip.callId,
    localTag: sip.localTag ?? "",
    remoteTag: sip.remoteTag ?? "",
    localUri: local.uri ?? "",
    localContact: local.contact ?? "",
    remoteUri: remote.uri ?? "",
    farEnd: { allow: theirs.get("allow") ?? "", supported: theirs.get("supported") ?? "" },
    placedTo,
    supported,
    sessionTimer,
  };
}

/** Makes the dialog again and lets the stack's requests in it come to it. */
export function revivedDialog(stack: SipStack, client: ControlClient, kept: KeptDialog): SipDialog {
  const ours = message(kept, { tag: kept.localTag, uri: kept.localUri, contact: kept.localContact });
  const theirs = message(kept, { tag: kept.remoteTag, uri: kept.remoteUri, contact: kept.remoteUri });
  const connection = {
    agent: client,
    get socket() {
      return client._getDefaultSocket();
    },
  };
  // Of a call received: request theirs, answer ours. Of one placed: the other way round.
  const [request, answer] = kept.role === "uas" ? [theirs, ours] : [ours, theirs];
  const req = Object.defineProperties(request, Object.getOwnPropertyDescriptors(connection));
  const res = Object.defineProperties(
    { ...answer, stackDialogId: kept.dialogId },
    Object.getOwnPropertyDescriptors(connection),
  );
  const dialog = new Dialog(stack, kept.role, { req, res, sent: answer }) as SipDialog;
  dialog.supported = kept.supported;
  dialog.sessionTimer = kept.sessionTimer;
  stack.addDialog(dialog);
  return dialog;
}

/** As much of a message as the package reads of it. Descriptions are the media's business. */
function message({ sipCallId, farEnd }: KeptDialog, side: { tag: string; uri: string; contact: string }): object {
  const headers = new Map(Object.entries({ "call-id": sipCallId, contact: side.contact, ...farEnd }));
  return {
    method: "INVITE",
    uri: side.uri,
    body: "",
    get: (name: string) => headers.get(name.toLowerCase()),
    getParsedHeader: (name: string) =>
      name.toLowerCase() === "contact" ? [{ uri: side.uri }] : { params: { tag: side.tag } },
  };
}
