/**
 * The characters of real-time text (ITU-T T.140) as the box hands them on, wherever they come from: Unicode, U+0008 takes the last character back, U+2028 begins a
 * new line, U+FFFD stands where text was lost.
 */

export const backspace = "\u0008";
export const newLine = "\u2028";
export const lostMark = "\uFFFD";

/** Strings for the terminal (T.140 §8: SOS … ST) and its control sequences (CSI) are for looks alone. */
const presentation = /\u0098[^\u009C]*(?:\u009C|$)|\u009B[0-?]*[ -/]*[@-~]?/gu;
const lineEnds = /\r\n|[\r\n\u0085\u2029]/gu;
/** Everything else that is no character to read: controls, the keep-alive of T.140 (U+FEFF), and what turns the direction of the text around it. */
const unreadable = /[\p{Cc}\uFEFF\u202A-\u202E\u2066-\u2069]/gu;

/** Text from outside with all that has no place in it taken out; may be empty. */
export function readableText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(presentation, "")
    .replaceAll(lineEnds, newLine)
    .replaceAll(unreadable, (control) => (control === backspace ? control : ""));
}

/** The last `most` characters of text that waits for its reader; what is left out is marked. Characters taken back are gone already. */
export function waitingText(before: string, more: string, most: number): string {
  const characters = Array.from(before);
  for (const one of more) {
    if (one !== backspace) characters.push(one);
    else if (characters.at(-1) !== lostMark) characters.pop();
  }
  return characters.length <= most ? characters.join("") : lostMark + characters.slice(1 - most).join("");
}
