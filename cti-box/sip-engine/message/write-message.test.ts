import { describe, expect, it } from "vitest";
import { HeaderList } from "./header-list.ts";
import { parseFromApplication } from "./parse-message.ts";
import { noBody, type SipResponse } from "./sip-message.ts";
import { ownCopy, writeAsReceived, writeMessage } from "./write-message.ts";

const response = (headers: HeaderList, reason = "OK"): SipResponse => ({
  kind: "response",
  status: 200,
  reason,
  headers,
  body: noBody,
});
const linesOf = (bytes: Buffer): string[] => bytes.toString().split("\r\n");

describe("the writer", () => {
  it.each(["a\r\nEvil: 1", "a\nEvil: 1", "a\rEvil: 1", "a\r\n\r\nbody", "\r\nEvil: 1"])(
    "a line end in a value (%j) makes no line of its own",
    (value) => {
      const written = writeMessage(response(new HeaderList().append("Subject", value)));
      expect(linesOf(written)).toHaveLength(5);
      expect(written.toString()).not.toMatch(/^Evil/m);
    },
  );

  it("a line end in a reason phrase makes no header", () => {
    expect(linesOf(writeMessage(response(new HeaderList(), "OK\r\nEvil: 1")))[0]).toBe("SIP/2.0 200 OK Evil: 1");
  });

  it("a method or URI with a blank or line end cannot come from the application", () => {
    for (const start of ["OPTIONS sip:a\r b SIP/2.0", "OPT IONS sip:a SIP/2.0", "SIP/2.0 200 O\rK"])
      expect(parseFromApplication(Buffer.from(`${start}\r\n\r\n`)).ok).toBe(false);
  });

  it("blanks and control characters of a URI that a peer gave do not make other parts of the request line", () => {
    const uri = "sip:a b@h\r SIP/2.0\u0000";
    const bye = { kind: "request" as const, method: "BYE", uri, headers: new HeaderList(), body: noBody };
    expect(linesOf(writeMessage(bye))[0]).toBe("BYE sip:a%20b@h%0D%20SIP/2.0%00 SIP/2.0");
  });

  it("Content-Length is counted in bytes, once, whatever was given", () => {
    const headers = new HeaderList().append("l", "99").append("Content-Length", "7");
    expect(writeMessage({ ...response(headers), body: Buffer.from("è") }).toString()).toBe(
      "SIP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nè",
    );
  });

  it("spells names our way, or as they came", () => {
    const headers = new HeaderList().append("i", "x").append("CSEQ", "1 INVITE").append("x-my-own", "y");
    expect(linesOf(writeMessage(response(headers))).slice(1, 4)).toEqual([
      "Call-ID: x",
      "CSeq: 1 INVITE",
      "X-My-Own: y",
    ]);
    expect(linesOf(writeAsReceived(response(headers))).slice(1, 4)).toEqual(["i: x", "CSEQ: 1 INVITE", "x-my-own: y"]);
  });

  it("a copy that is kept shares no memory with what it was made from", () => {
    const body = Buffer.from("v=0");
    const copy = ownCopy({ head: "SIP/2.0 200 OK\r\n\r\n", body });
    expect(copy.body.equals(body)).toBe(true);
    expect(copy.body.buffer.byteLength).toBe(body.length);
  });
});
