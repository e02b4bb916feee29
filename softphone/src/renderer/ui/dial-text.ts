/** How far a call of one's own is, in words; null for every other call. */
import type { CallEntry } from "../domain/call/call.ts";
import type { TextKey } from "../i18n/it.ts";

export function dialTextOf({ box }: CallEntry): TextKey | null {
  if (box === null || (box.call.direction !== "out" && box.called === null)) return null;
  const { myState, called } = box;
  if (myState.kind === "ringing" && called !== null) return "recall.rings";
  if (myState.kind === "dialling") {
    if (myState.stage !== "own-phone" || called === null) return `dial.stage.${myState.stage}`;
    return `dial.stage.own-phone.${called.kind}`;
  }
  if (myState.kind !== "gone") return null;
  switch (myState.why) {
    case "callee-busy":
    case "callee-no-answer":
    case "callee-refused":
    case "callee-not-reachable":
    case "callee-unknown":
    case "no-trunk":
      return called === null ? `dial.failed.${myState.why}` : `dial.failed.${called.kind}.${myState.why}`;
    case "no-answer":
      return called === null ? "dial.failed.own-phone" : "dial.failed.own-phone.network";
    default:
      return null;
  }
}
