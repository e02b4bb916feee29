import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../message/parse-message.ts";
import { StreamFramer, type Framed } from "./stream-framer.ts";

const message = (body: string, extra = ""): string =>
  `OPTIONS sip:a@example.org SIP/2.0\r\nVia: SIP/2.0/TCP a.example.org;branch=z9hG4bK1\r\n${extra}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const shown = (framed: Framed): string => (framed.kind === "message" ? framed.bytes.toString() : framed.kind);
const feed = (framer: StreamFramer, text: string | Buffer): string[] => framer.push(Buffer.from(text)).map(shown);

describe("the stream framer", () => {
  it("cuts several messages of one chunk, and keep-alives between them", () => {
    const text = `${message("one")}\r\n\r\n\r\n${message("")}\r\n\r\n${message("zwei ä")}`;
    expect(feed(new StreamFramer(), text)).toEqual([message("one"), "ping", message(""), "ping", message("zwei ä")]);
  });

  it("gives the same messages whatever the chunks are", () => {
    const text = Buffer.from(`\r\n${message("x\r\n\r\ny")}${message("")}\r\n\r\n${message("ü".repeat(40))}`);
    const whole = feed(new StreamFramer(), text);
    expect(whole).toHaveLength(4);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
        const framer = new StreamFramer();
        const found: string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          found.push(...feed(framer, text.subarray(at, at + size)));
          at += size;
        }
        expect(found).toEqual(whole);
      }),
    );
  });

  it("byte by byte: a message is there with its last byte and not before", () => {
    const framer = new StreamFramer();
    const text = message("body");
    for (const letter of text.slice(0, -1)) expect(feed(framer, letter)).toEqual([]);
    expect(feed(framer, text.slice(-1))).toEqual([text]);
  });

  it("a message without Content-Length has no body on a stream", () => {
    const head = "OPTIONS sip:a@example.org SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n\r\n";
    expect(feed(new StreamFramer(), head + message(""))).toEqual([head, message("")]);
  });

  it.each([
    ["a negative Content-Length", message("").replace("Content-Length: 0", "Content-Length: -1")],
    ["two different Content-Lengths", message("abc", "l: 1\r\n")],
    ["no SIP at all", "GET-nothing\r\n\r\n"],
    ["a body over the limit", message("").replace("Content-Length: 0", `Content-Length: ${limits.messageBytes}`)],
    ["a head over the limit", `OPTIONS sip:a SIP/2.0\r\nSubject: ${"x".repeat(limits.headBytes)}`],
  ])("%s ends the stream", (_name, text) => {
    expect(feed(new StreamFramer(), text)).toEqual(["broken"]);
  });

  it("tells the head that could not be cut, so that its sender can be answered", () => {
    const text = message("").replace("Content-Length: 0", "Content-Length: -1");
    const [framed] = new StreamFramer().push(Buffer.from(text));
    expect(framed?.kind === "broken" && framed.head?.toString()).toBe(text);
  });

  it.each(["\n", "\r", "\r\n\r"])("a flood of line ends (%j) is passed over without harm", (ends) => {
    const framer = new StreamFramer();
    for (let count = 0; count < 4; count += 1) framer.push(Buffer.from(ends.repeat(65_536)));
    expect(feed(framer, `\n${message("after")}`).at(-1)).toBe(message("after"));
  });

  it("a large body in tiny chunks costs no more than its bytes", () => {
    const framer = new StreamFramer();
    const text = Buffer.from(message("x".repeat(500_000)));
    const started = performance.now();
    let found: Framed[] = [];
    for (let at = 0; at < text.length; at += 4) found = framer.push(text.subarray(at, at + 4));
    expect(found.map((framed) => framed.kind)).toEqual(["message"]);
    // Copying all before it at each chunk would take 30 GB of copies.
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("never throws and never keeps more than one message's size, whatever the bytes", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom("\r\n", "\r\n\r\n", "OPTIONS sip:a SIP/2.0\r\n", "l: 3\r\n", "abc")
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const framer = new StreamFramer();
        for (const bytes of pieces) if (framer.push(bytes).some((framed) => framed.kind === "broken")) return;
      }),
    );
  });
});
