/** Which dialog a leg is, for requests of other dialogs that name it (RFC 3891 §3). */
import { tagIn, writeReplaces, type ReplacedDialog } from "../headers/replaces.ts";
import type { SipDialog, SipHeaders } from "../drachtio.ts";
import type { LegStage } from "./leg-stage.ts";

/** `localTag` null: an INVITE that is not answered yet; the stack keeps our tag of its ringing to itself. */
export type DialogName = { sipCallId: string; localTag: string | null; remoteTag: string };

/** Null: there is no dialog, not even an early one. */
export function dialogNameOf(stage: LegStage): DialogName | null {
  if (stage.kind === "talking") {
    const { callId: sipCallId, localTag, remoteTag } = stage.conversation.dialog.sip;
    return { sipCallId, localTag, remoteTag };
  }
  const request = stage.kind === "offered" ? stage.request : stage.kind === "placing" ? stage.invite : null;
  const from = tagIn(request?.get("from"));
  const sipCallId = request?.get("call-id");
  if (from === null || sipCallId === undefined) return null;
  if (stage.kind !== "placing") return { sipCallId, localTag: null, remoteTag: from };
  return stage.remoteTag === null ? null : { sipCallId, localTag: from, remoteTag: stage.remoteTag };
}

export function isSameDialog(name: DialogName | null, meant: ReplacedDialog): boolean {
  if (name === null) return false;
  const isOurs = name.localTag === null || name.localTag === meant.localTag;
  return isOurs && name.sipCallId === meant.sipCallId && name.remoteTag === meant.remoteTag;
}

/** For an INVITE that takes the place of this dialog at its far end, which has to understand that. */
export function replacing({ sip }: SipDialog): SipHeaders {
  const { callId: sipCallId, localTag, remoteTag } = sip;
  return { Replaces: writeReplaces({ sipCallId, localTag, remoteTag }), Require: "replaces" };
}
