import { describe, expect, it } from "vitest";
import { endOfHead, faultOf, limits, parseFromApplication, parseMessage, type ParseResult } from "./parse-message.ts";
import type { SipMessage } from "./sip-message.ts";

const read = (text: string | Buffer): ParseResult => parseMessage(Buffer.from(text));

function message(text: string | Buffer): SipMessage {
  const parsed = read(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.message;
}

const request = (...lines: string[]): string => ["OPTIONS sip:a@example.org SIP/2.0", ...lines, "", ""].join("\r\n");
const whole = (...more: string[]): string =>
  request(
    "Via: SIP/2.0/UDP a.example.org;branch=z9hG4bK1",
    "From: <sip:b@example.org>;tag=1",
    "To: <sip:a@example.org>",
    "Call-ID: c",
    "CSeq: 1 OPTIONS",
    ...more,
  );

describe("headers", () => {
  it.each([
    ["a compact name", "f: <sip:a>", "from", ["<sip:a>"]],
    ["a name in any case", "cALL-iD: x", "call-id", ["x"]],
    ["blanks before the colon", "Subject \t: x", "subject", ["x"]],
    ["no blank after the colon", "Subject:x", "subject", ["x"]],
    ["an empty value", "Subject:", "subject", [""]],
    ["carriage returns before the line end", "Subject: x\r\r", "subject", ["x"]],
    ["a folded line", "Subject: one\r\n two\r\n\tthree", "subject", ["one two three"]],
    ["a value that begins on the folded line", "Subject:\r\n  one", "subject", ["one"]],
    ["UTF-8", 'Subject: "Città — è già"', "subject", ['"Città — è già"']],
    ["several lines of one name", "Route: <sip:a;lr>\r\nroute: <sip:b;lr>", "route", ["<sip:a;lr>", "<sip:b;lr>"]],
    ["a colon in the value", "Subject: a: b:c", "subject", ["a: b:c"]],
  ])("%s", (...[, line, key, expected]) => {
    expect(message(request(line)).headers.lines(key)).toEqual(expected);
  });

  it.each([
    ["several values on one line", "<sip:a>, <sip:b>", ["<sip:a>", "<sip:b>"]],
    ["a comma in a quoted name", '"Rossi, Anna" <sip:a>, <sip:b>', ['"Rossi, Anna" <sip:a>', "<sip:b>"]],
    ["an escaped quote", '"a\\", b" <sip:a>, <sip:b>', ['"a\\", b" <sip:a>', "<sip:b>"]],
    ["a comma in brackets", "<sip:a,b@c>, <sip:d>", ["<sip:a,b@c>", "<sip:d>"]],
    ["empty members", ",, <sip:a> ,", ["<sip:a>"]],
  ])("list: %s", (_name, value, expected) => {
    expect(message(request(`Contact: ${value}`)).headers.values("contact")).toEqual(expected);
  });

  it.each([
    ["no colon", "Subject"],
    ["an empty name", ": x"],
    ["a blank in the name", "Sub ject: x"],
    ["a continuation of nothing", " Subject: x"],
    ["a line over the limit", `Subject: ${"x".repeat(limits.lineLength)}`],
    ["a folded line over the limit", `Subject: x${`\r\n ${"x".repeat(1_000)}`.repeat(17)}`],
    ["more headers than the limit", Array.from({ length: limits.headers + 1 }, () => "A: b").join("\r\n")],
    ["a head over the limit", Array.from({ length: 100 }, () => `A: ${"x".repeat(700)}`).join("\r\n")],
  ])("refused: %s", (_name, line) => {
    expect(read(request(line)).ok).toBe(false);
  });
});

describe("a head that is not as it should be", () => {
  it.each([
    ["a line without a colon", "nonsense", "bad header line"],
    ["a line over the limit", `Subject: ${"x".repeat(limits.lineLength)}`, "line too long"],
    [
      "more headers than the limit",
      Array.from({ length: limits.headers }, () => "A: b").join("\r\n"),
      "too many headers",
    ],
  ])("%s: refused, with what was read for an answer", (_name, line, reason) => {
    const parsed = read(whole(line));
    expect(parsed).toMatchObject({ ok: false, reason });
    expect(!parsed.ok && parsed.partial && faultOf(parsed.partial)).toBeNull();
  });

  it("headers after a line that cannot be read are read", () => {
    const parsed = read(request("nonsense", "Call-ID: c"));
    expect(!parsed.ok && parsed.partial?.headers.first("call-id")).toBe("c");
  });

  it("text that is no UTF-8 is read as ISO 8859-1, the whole head of it", () => {
    const head = Buffer.from(whole('Subject: "Citt\u00e0 \u00e8"'), "latin1");
    expect(message(head).headers.first("subject")).toBe('"Città è"');
    expect(message(whole('Subject: "\ufffd à"')).headers.first("subject")).toBe('"\ufffd à"');
  });

  it("without its empty line is read when it says that there is no body", () => {
    const text = whole("Content-Length: 0");
    expect(read(text.slice(0, -2))).toMatchObject({ ok: true, length: text.length - 2 });
    expect(read(text.slice(0, -4))).toMatchObject({ ok: false, reason: "no end of headers" });
    expect(read(whole("Content-Length: 1").slice(0, -2))).toMatchObject({ ok: false, reason: "no end of headers" });
    expect(read(whole().slice(0, -2))).toMatchObject({ ok: false, reason: "no end of headers" });
  });
});

describe("line ends", () => {
  it.each([
    ["CRLF", "\r\n"],
    ["bare LF", "\n"],
  ])("%s is read", (_name, end) => {
    const text = ["OPTIONS sip:a SIP/2.0", "Subject: x", "l: 4", "", "body"].join(end);
    expect(message(text).body.toString()).toBe("body");
  });

  it("a mixture ends the head at the first empty line", () => {
    expect(message("OPTIONS sip:a SIP/2.0\r\nSubject: x\n\r\nbody\r\n\r\nmore").body.toString()).toBe(
      "body\r\n\r\nmore",
    );
    expect(endOfHead(Buffer.from("a\r\n\nb"))).toEqual({ end: 1, bodyStart: 4 });
  });

  it("line ends before the start line are skipped", () => {
    expect(message(`\r\n\r\n${whole()}`).headers.first("call-id")).toBe("c");
  });
});

describe("the start line", () => {
  it.each([
    ["SIP/2.0 200 OK", 200, "OK"],
    ["SIP/2.0 100 ", 100, ""],
    ["SIP/2.0 486", 486, ""],
    ["sip/2.0 603 Non c'è", 603, "Non c'è"],
  ])("%s", (line, status, reason) => {
    expect(message(`${line}\r\n\r\n`)).toMatchObject({ kind: "response", status, reason });
  });

  it.each([
    ["OPTIONS  sip:a  SIP/2.0", "OPTIONS", "sip:a"],
    ["OPTIONS sip:a SIP/2.0  ", "OPTIONS", "sip:a"],
    [
      "!interesting-Method0123456789_*+`.%indeed'~ sip:a SIP/2.0",
      "!interesting-Method0123456789_*+`.%indeed'~",
      "sip:a",
    ],
  ])("%s", (line, method, uri) => {
    expect(message(`${line}\r\n\r\n`)).toMatchObject({ kind: "request", method, uri });
  });

  it.each([
    ["a status of four digits", "SIP/2.0 4294967301 better not", "bad start line"],
    ["a status below 100", "SIP/2.0 099 X", "bad start line"],
    ["a status above 699", "SIP/2.0 700 X", "bad start line"],
    ["a URI in brackets", "OPTIONS <sip:a> SIP/2.0", "bad request-uri"],
    ["a blank in the URI", "OPTIONS sip:a; lr SIP/2.0", "bad start line"],
    ["another version", "OPTIONS sip:a SIP/7.0", "version not supported"],
    ["no version", "OPTIONS sip:a", "bad start line"],
    ["nothing", "", "no end of headers"],
  ])("refused: %s", (_name, line, reason) => {
    const parsed = read(line === "" ? "OPTIONS sip:a SIP/2.0" : `${line}\r\n\r\n`);
    expect(parsed).toMatchObject({ ok: false, reason });
  });
});

describe("the body", () => {
  it("is cut at Content-Length, and the rest left", () => {
    const text = `${request("Content-Length: 3")}abcREGISTER`;
    expect(read(text)).toMatchObject({ ok: true, length: text.length - "REGISTER".length });
    expect(message(text).body.toString()).toBe("abc");
  });

  it("without Content-Length is the rest of the datagram", () => {
    expect(message(`${request("Subject: x")}rest`).body.toString()).toBe("rest");
  });

  it("is kept byte for byte", () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_each, index) => index));
    expect(message(Buffer.concat([Buffer.from(request("l: 256")), bytes])).body.equals(bytes)).toBe(true);
  });

  it.each([
    ["longer than what is there", "Content-Length: 9999", "body shorter than Content-Length"],
    ["negative", "Content-Length: -999", "bad Content-Length"],
    ["not a number", "Content-Length: 0x10", "bad Content-Length"],
    ["of twenty digits", "Content-Length: 18446744073709551617", "bad Content-Length"],
    ["given twice", "Content-Length: 0\r\nl: 5", "bad Content-Length"],
  ])("a Content-Length %s is refused, with the headers for an answer", (_name, line, reason) => {
    const parsed = read(whole(line));
    expect(parsed).toMatchObject({ ok: false, reason });
    expect(!parsed.ok && parsed.partial?.headers.first("call-id")).toBe("c");
  });

  it("of the application is whatever follows the head, whatever Content-Length it wrote", () => {
    const parsed = parseFromApplication(Buffer.from(`${request("Content-Length: 1")}à\r\n\r\nb`));
    expect(parsed.ok && parsed.message.body.toString()).toBe("à\r\n\r\nb");
  });
});

describe("faults of a readable message", () => {
  const having = (from: string | RegExp, to: string): string | null => faultOf(message(whole().replace(from, to)));

  it("none", () => expect(faultOf(message(whole("Max-Forwards: 0068")))).toBeNull());

  it.each([
    ["missing via", /Via:.*\r\n/, ""],
    ["missing from", /From:.*\r\n/, ""],
    ["missing to", /To:.*\r\n/, ""],
    ["missing call-id", /Call-ID:.*\r\n/, ""],
    ["missing call-id", "Call-ID: c", "Call-ID: "],
    ["missing cseq", /CSeq:.*\r\n/, ""],
    ["more than one to", "To:", "t: <sip:x>\r\nTo:"],
    ["more than one cseq", "CSeq:", "CSeq: 1 OPTIONS\r\nCSeq:"],
    ["bad cseq", "CSeq: 1 ", "CSeq: 36893488147419103232 "],
    ["bad cseq", "CSeq: 1 ", "CSeq: 2147483648 "],
    ["bad cseq", "CSeq: 1 ", "CSeq: x "],
    ["cseq method differs", "1 OPTIONS", "1 INVITE"],
    ["bad max-forwards", "CSeq:", "Max-Forwards: 300\r\nCSeq:"],
    ["bad max-forwards", "CSeq:", "Max-Forwards: -1\r\nCSeq:"],
    ["bad via", "Via:", "Via: SIP/2.0/UDP b;;,;\r\nVia:"],
    ["too many via", "Via:", `Via: ${"SIP/2.0/UDP b,".repeat(limits.vias)}SIP/2.0/UDP c\r\nVia:`],
    ["bad via", "branch=z9hG4bK1", "branch=z9hG4bK1, SIP/2.0/UDP b:99999"],
    ["bad to", "To: <sip:a@example.org>", 'To: "Mr. J. User <sip:j.user@example.com>'],
    ["bad to", "To: <sip:a@example.org>", "To: <sip:a@example.org"],
    ["bad from", "From: <sip:b@example.org>", "From: nobody"],
    ["bad from", "From: <sip:b@example.org>", 'From: "B" sip:b@example.org'],
    ["bad from", "From: <sip:b@example.org>", "From: <sip:c@example.org>;tag=2, <sip:b@example.org>"],
    ["bad from", "From: <sip:b@example.org>", "From: <sip:b@example.org>;x=<y"],
    ["bad from", "From: <sip:b@example.org>", 'From: <sip:b@example.org>;x="a'],
  ])("%s (%s → %s)", (fault, from, to) => expect(having(from, to)).toBe(fault));

  it.each(["sip:2001:db8::10", "sip:a@[fe80::1%25eth0]", "sip:a@", "sip:a@b@c", "sips:"])(
    "bad request-uri (%s)",
    (uri) => expect(having("sip:a@example.org SIP", `${uri} SIP`)).toBe("bad request-uri"),
  );

  it.each([
    "sip:[2001:db8::10]:5070",
    "sip:a@[::ffff:192.0.2.2]",
    "sip:a;x=%40b@c?Route=%3Csip:d%3E",
    "tel:+39",
    "urn:service:sos",
    "soap:x",
  ])("no fault of the request-uri: %s", (uri) => expect(having("sip:a@example.org SIP", `${uri} SIP`)).toBeNull());

  it.each([
    ["CSeq with leading zeros", "CSeq: 1 ", "CSeq: 0000000000001 "],
    ["the largest CSeq", "CSeq: 1 ", "CSeq: 2147483647 "],
    ["a display name without quotes", "From: <sip:b", "From: Bell, Alexander <sip:b"],
    ["blanks inside the brackets", "To: <sip:a@example.org>", "To: < sip:a@example.org >"],
    ["a tel URI", "To: <sip:a@example.org>", "To: tel:+390612345"],
  ])("tolerated: %s", (_name, from, to) => expect(having(from, to)).toBeNull());
});
