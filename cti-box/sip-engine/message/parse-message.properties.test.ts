/** Properties of reader and writer together, and of the reader alone on whatever comes. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderList } from "./header-list.ts";
import { faultOf, parseFromApplication, parseMessage } from "./parse-message.ts";
import type { SipMessage } from "./sip-message.ts";
import { writeMessage } from "./write-message.ts";

const request = (...lines: string[]): string => ["OPTIONS sip:a@example.org SIP/2.0", ...lines, "", ""].join("\r\n");

const token = fc.stringMatching(/^[A-Za-z0-9\-.!%*_+`'~]{1,20}$/);
/** Printable text without line ends, as it may stand in a header; blanks around a value are not part of it. */
const value = fc
  .string({ unit: "grapheme", maxLength: 60 })
  .map((text) => text.replace(/[\p{Cc}\p{Cs}]/gu, "").replace(/^[ \t]+|[ \t]+$/g, ""));
const headers = fc
  .array(fc.tuple(token, value), { maxLength: 12 })
  .map((pairs) => pairs.filter(([name]) => !/^(l|content-length)$/i.test(name)));
const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const listOf = (pairs: [string, string][]): HeaderList => {
  const list = new HeaderList();
  for (const [name, text] of pairs) list.append(name, text);
  return list;
};
const anyMessage: fc.Arbitrary<SipMessage> = fc.oneof(
  fc
    .tuple(token, fc.stringMatching(/^[a-z]{1,5}:[!-;=-~]{1,30}$/), headers, body)
    .map(([method, uri, list, bytes]) => ({
      kind: "request" as const,
      method,
      uri,
      headers: listOf(list),
      body: bytes,
    })),
  fc.tuple(fc.integer({ min: 100, max: 699 }), value, headers, body).map(([status, reason, list, bytes]) => ({
    kind: "response" as const,
    status,
    reason: reason.replace(/[\u2028\u2029]/g, ""),
    headers: listOf(list),
    body: bytes,
  })),
);
const plain = (each: SipMessage): unknown => ({
  ...each,
  headers: [...each.headers].filter(({ key }) => key !== "content-length").map(({ key, value: text }) => [key, text]),
  body: each.body.toString("hex"),
});

describe("properties", () => {
  it("what is written reads back as the same message", () => {
    fc.assert(
      fc.property(anyMessage, (written) => {
        const parsed = parseMessage(writeMessage(written));
        expect(parsed.ok && plain(parsed.message)).toEqual(plain(written));
      }),
      { numRuns: 500 },
    );
  });

  it("any bytes: a result, never an exception, and never more body than there are bytes", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          "OPTIONS sip:a SIP/2.0\r\n",
          "SIP/2.0 200 OK\r\n",
          "Via: SIP/2.0/UDP a\r\n",
          "l: 3\r\n",
          "\r\n",
          '"',
          "<",
          ";",
        )
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        for (const parsed of [parseMessage(bytes), parseFromApplication(bytes)]) {
          if (!parsed.ok) continue;
          faultOf(parsed.message);
          expect(parsed.message.body.length).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["blanks", " "],
    ["semicolons", ";"],
    ["commas", ","],
    ["quotes", '"'],
    ["brackets", "<"],
    ["backslashes", "\\"],
  ])("long runs of %s in every place cost no time", (_name, letter) => {
    const run = letter.repeat(12_000);
    const lines = ["Via: SIP/2.0/UDP a", "From: <sip:a>", "To: <sip:a>", "CSeq: 1"].map((line) => `${line}${run}x`);
    const started = performance.now();
    for (let count = 0; count < 10; count += 1) {
      const parsed = parseMessage(Buffer.from(request(...lines)));
      if (parsed.ok) faultOf(parsed.message);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});
