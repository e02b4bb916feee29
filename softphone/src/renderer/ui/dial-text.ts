/** How far a call of one's own is, in words; null for every other call. */
import type { CallEntry } from "../domain/call/call.ts";
import type { TextKey } from "../i18n/it.ts";

export function dialTextOf({ box }: CallEntry): TextKey | null {
  if (box?.call.direction !== "out") return null;
  const { myState } = box;
  if (myState.kind === "dialling") return `dial.stage.${myState.stage}`;
  if (myState.kind !== "gone") return null;
  switch (myState.why) {
    case "callee-busy":
    case "callee-no-answer":
    case "callee-refused":
    case "callee-unknown":
    case "no-trunk":
      return `dial.failed.${myState.why}`;
    case "no-answer":
      return "dial.failed.own-phone";
    default:
      return null;
  }
}
