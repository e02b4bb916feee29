/** What the operator writes in a call: characters as they are typed, over the box's own line. */
import { charactersBetween, ownLine } from "../domain/text/turns.ts";
import { hasText } from "../domain/text/call-text.ts";
import type { Desk } from "./desk.ts";

export type TextCommands = {
  /** Nothing happens where the call has no text. */
  open(callId: string): void;
  close(callId: string): void;
  /** The line that is being written is this now; a line end in it finishes it. */
  write(callId: string, line: string): void;
};

/** The box takes pieces of 500 UTF-16 units. */
const longestPiece = 240;

export function createTextCommands({ store, boxLine }: Desk): TextCommands {
  return {
    open(callId) {
      const text = store.read().texts[callId];
      if (text !== undefined && hasText(text)) store.dispatch({ type: "text-opened", callId });
    },
    close: (callId) => store.dispatch({ type: "text-closed", callId }),
    write(callId, line) {
      const before = ownLine(store.read().texts[callId]?.turns ?? []);
      const characters = Array.from(charactersBetween(before, line));
      for (let at = 0; at < characters.length; at += longestPiece) {
        const piece = characters.slice(at, at + longestPiece).join("");
        if (boxLine.current?.write(callId, piece) !== true)
          return store.dispatch({ type: "text-failed", callId, problem: "box-away" });
        store.dispatch({ type: "text-written", callId, characters: piece });
      }
      return undefined;
    },
  };
}
