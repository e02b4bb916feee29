/** The quick reader: what it reads is what the tolerant one reads, and what it passes on is what would be written. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderList } from "./header-list.ts";
import { limits, parseMessage } from "./parse-message.ts";
import { readPlainHeaders } from "./read-plain-headers.ts";
import type { SipMessage } from "./sip-message.ts";
import { writeAsReceived } from "./write-message.ts";

const startLine = "SIP/2.0 200 OK";
const plain = (lines: string): HeaderList | null =>
  readPlainHeaders(`${startLine}\r\n${lines}`, startLine.length + 2, limits);

function read(lines: string): SipMessage | null {
  const parsed = parseMessage(Buffer.from(`${startLine}\r\n${lines}\r\n\r\n`));
  return parsed.ok ? parsed.message : parsed.partial;
}

const name = fc.constantFrom(
  "Via",
  "v",
  "FROM",
  "to",
  "X-My",
  "x-my",
  "Content-Length",
  "l",
  "Call-ID",
  "X ",
  "",
  "ä",
  "A:",
);
const colon = fc.constantFrom(": ", ": ", ": ", ":", " : ", ":  ", ":\t", "");
const value = fc.constantFrom(
  "a",
  "0",
  "sip:a@b;c",
  "",
  " ",
  "a ",
  "a\tb",
  "a\rb",
  "a\nb",
  "à",
  '"a, b" <c>',
  "\u0001",
);
const end = fc.constantFrom("\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\n ", "\r\n\t", "\r\n\r\n");
const line = fc.tuple(name, colon, value, end).map((parts) => parts.join(""));

describe("headers in any mixture of good and odd spelling", () => {
  it("are read as the tolerant reader reads them, or left to it", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.string({ maxLength: 3 }), (lines, rest) => {
        const text = `${lines.join("")}A: ${rest}`;
        const headers = plain(text);
        if (headers === null) return;
        // A folded line is none of the quick reader's business: with it the tolerant one reads all of them.
        const tolerant = [...(read(`${text}\r\nFolded: a\r\n b`)?.headers ?? [])].slice(0, -1);
        expect([...headers]).toEqual(tolerant);
      }),
      { numRuns: 5_000 },
    );
  });

  it("are passed on in the words in which they would be written, also with another Via", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.boolean(), (lines, isCompleted) => {
        const message = read(`${lines.join("")}A: b`);
        if (message === null) return;
        if (isCompleted) message.headers.replaceFirstValue("via", "SIP/2.0/UDP a;rport=1");
        const rewritten = writeAsReceived({ ...message, headers: new HeaderList([...message.headers]) });
        expect(writeAsReceived(message).toString()).toBe(rewritten.toString());
      }),
      { numRuns: 5_000 },
    );
  });
});

it.each([
  ["nothing", ""],
  ["usual lines", "Via: a\r\nTo: b\r\nContent-Length: 0"],
  ["an unusual name", "X-Never-Heard-Of: b"],
])("%s is plain", (_name, lines) => {
  expect(plain(lines)).not.toBeNull();
});

it("what has been changed is not passed on as it came", () => {
  const headers = (): HeaderList => plain("Via: a\r\nTo: b\r\nTo: c") ?? new HeaderList();
  expect(headers().asReceived).toBe("Via: a\r\nTo: b\r\nTo: c\r\n");
  expect(headers().replaceFirstValue("via", "x").asReceived).toBe("Via: x\r\nTo: b\r\nTo: c\r\n");
  for (const changed of [
    headers().replaceFirstValue("to", "x"),
    headers().append("A", "b"),
    headers().set("To", "x"),
    headers().remove("to"),
    headers().copy().append("A", "b"),
  ])
    expect(changed.asReceived).toBeNull();
});
