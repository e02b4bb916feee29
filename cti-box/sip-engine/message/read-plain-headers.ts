/**
 * Headers as nearly everybody writes them: `Name: value` and CRLF, no folded line, no odd spacing. They are read in one go, and their text is kept for those who pass
 * the message on. Whatever looks different in any way is left to the tolerant reader of `parse-message.ts`, which decides what it means.
 */
import { HeaderList, headerKey, isKnownHeader, type Header } from "./header-list.ts";

export const tokenPattern = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const space = 0x20;

type PlainLimits = { lineLength: number; headers: number };

/** The headers of `text` from `from` on, where the start line's CRLF ends. Null: not plain. */
export function readPlainHeaders(text: string, from: number, limits: PlainLimits): HeaderList | null {
  // A line feed of its own in the start line would have been a line end.
  if (text.indexOf("\n") !== from - 1) return null;
  const headers: Header[] = [];
  let lastStart = from;
  for (let start = from; start < text.length;) {
    const found = text.indexOf("\r", start);
    const feed = text.indexOf("\n", start);
    if (feed !== (found === -1 ? -1 : found + 1)) return null;
    const end = found === -1 ? text.length : found;
    const header = end - start > limits.lineLength ? null : plainHeader(text, start, end);
    if (header === null || headers.length >= limits.headers) return null;
    headers.push(header);
    lastStart = start;
    start = found === -1 ? end : end + 2;
  }
  return new HeaderList(headers, passedOn(text.slice(from), headers, lastStart - from));
}

function plainHeader(text: string, start: number, end: number): Header | null {
  const colon = text.indexOf(":", start);
  // At least one letter on each side, and one blank before the value.
  if (colon <= start || colon > end - 3) return null;
  const isSpaced = text.charCodeAt(colon + 1) === space && text.charCodeAt(colon + 2) > space;
  if (!isSpaced || text.charCodeAt(end - 1) <= space) return null;
  const name = text.slice(start, colon);
  if (!isKnownHeader(name) && !tokenPattern.test(name)) return null;
  return { name, key: headerKey(name), value: text.slice(colon + 2, end) };
}

/** The lines without Content-Length, which is written anew each time: null where it is not the last one. */
function passedOn(lines: string, headers: readonly Header[], lastStart: number): string | null {
  const index = headers.findIndex(({ key }) => key === "content-length");
  if (index === -1) return lines === "" || lines.endsWith("\r\n") ? lines : `${lines}\r\n`;
  return index === headers.length - 1 ? lines.slice(0, lastStart) : null;
}
