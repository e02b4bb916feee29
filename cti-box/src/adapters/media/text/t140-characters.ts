/**
 * Characters of ITU-T T.140 from the bytes that arrive (UTF-8). A character that was torn apart by a packet's end is put together again; what is no UTF-8 becomes
 * U+FFFD; byte order marks, which keep a stream alive and mean nothing, are left out, and so are control characters that only a terminal would understand.
 */
export const LOST_TEXT = "\uFFFD";
export const NEW_LINE = "\u2028";

/** `rest`: the beginning of a character, at most three bytes. `afterReturn`: a line feed now belongs to the new line that was told already. */
export type CharacterReader = { rest: Buffer; afterReturn: boolean };

export const NOTHING_READ: CharacterReader = { rest: Buffer.alloc(0), afterReturn: false };

export function readCharacters(reader: CharacterReader, bytes: Buffer): { reader: CharacterReader; text: string } {
  if (bytes.length === 0) return { reader, text: "" };
  const all = Buffer.concat([reader.rest, bytes]);
  const end = all.length - unfinishedLength(all);
  const decoded = all.toString("utf8", 0, end);
  const lines = (reader.afterReturn ? decoded.replace(/^\n/, "") : decoded).replaceAll(/\r\n?|\n/g, NEW_LINE);
  return {
    // A copy: the packet that these bytes came in is not kept for them.
    reader: {
      rest: Buffer.from(all.subarray(end)),
      afterReturn: end === 0 ? reader.afterReturn : decoded.endsWith("\r"),
    },
    text: lines.replaceAll(MEANINGLESS, ""),
  };
}

/** Control characters but for backspace, and the byte order mark. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const MEANINGLESS = /[\u0000-\u0007\u0009-\u001F\u007F-\u009F\uFEFF]/g;

/** Bytes at the end that begin a character without ending it. */
function unfinishedLength(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const byte = bytes.readUInt8(bytes.length - length);
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    return wantedLength(byte) > length ? length : 0;
  }
  return 0;
}

function wantedLength(first: number): number {
  if (first >= 0xf0 && first <= 0xf4) return 4;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xc2 && first < 0xe0 ? 2 : 1;
}
