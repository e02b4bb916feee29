/** What a handler may answer: the forms of control protocol §11, and nothing that leaves its header line. */
import { describe, expect, it } from "vitest";
import { parseApplicationAddress, parseHandler } from "./handler.ts";
import { readHandlerAnswer } from "./handler-answer.ts";

const read = (answer: unknown): unknown => {
  const result = readHandlerAnswer(typeof answer === "string" ? answer : JSON.stringify(answer));
  return result.ok ? result.answer : "refused";
};

describe("an answer", () => {
  it.each([
    [
      { action: "reject", data: { status: 503, reason: "text" } },
      { kind: "reject", status: 503, reason: "text" },
    ],
    [
      { action: "reject", data: { status: 486 } },
      { kind: "reject", status: 486, reason: "Rejected" },
    ],
    [
      { action: "redirect", data: { contact: ["sip:a@b"] } },
      { kind: "redirect", contacts: ["sip:a@b"] },
    ],
    [
      { action: "route", data: { uri: "127.0.0.1:9000" } },
      { kind: "connect", address: { host: "127.0.0.1", port: 9000, transport: "tcp" } },
    ],
    [
      { action: "route", data: { uri: "[::1]:9000;transport=tls" } },
      { kind: "connect", address: { host: "::1", port: 9000, transport: "tls" } },
    ],
    [
      { action: "route", data: { tag: "night@desk" } },
      { kind: "tag", tag: "night@desk" },
    ],
    [
      { action: "proxy", data: { destination: "sip:a@b" } },
      {
        kind: "proxy",
        order: {
          destination: ["sip:a@b"],
          recordRoute: false,
          followRedirects: true,
          simultaneous: false,
          provisionalTimeout: 5_000,
          finalTimeout: 60_000,
        },
      },
    ],
    [
      {
        action: "proxy",
        data: { destination: ["a", "b"], simultaneous: true, provisionalTimeout: "250ms", finalTimeout: "0s" },
      },
      { kind: "proxy", order: expect.objectContaining({ provisionalTimeout: 250, finalTimeout: null }) as unknown },
    ],
  ])("%j is read", (given, answer) => {
    expect(read(given)).toEqual(answer);
  });

  it.each([
    "",
    "null",
    "[]",
    "{}",
    "{",
    { action: "dance", data: {} },
    { action: "reject" },
    { action: "reject", data: { status: 200 } },
    { action: "reject", data: { status: "503" } },
    { action: "reject", data: { status: 503, reason: "a\r\nX: y" } },
    { action: "redirect", data: { contact: [] } },
    { action: "redirect", data: { contact: ["sip:a>\r\nX: y"] } },
    { action: "redirect", data: { contact: Array.from({ length: 65 }, () => "sip:a") } },
    { action: "proxy", data: {} },
    { action: "proxy", data: { destination: "sip:a b" } },
    { action: "proxy", data: { destination: "sip:a|sip:b" } },
    { action: "proxy", data: { destination: "sip:a", provisionalTimeout: "soon" } },
    { action: "route", data: {} },
    { action: "route", data: { uri: "nowhere" } },
    { action: "route", data: { uri: "a:99999" } },
    { action: "route", data: { tag: "not a tag" } },
  ])("%j is refused", (given) => {
    expect(read(given)).toBe("refused");
  });
});

describe("an address", () => {
  it.each([
    ["http://a/b?c=d", "http"],
    ["https://a:8443", "http"],
    ["tcp://127.0.0.1:9000", "direct"],
    ["tls://[::1]:9000", "direct"],
    ["tcp://127.0.0.1", undefined],
    ["ftp://a", undefined],
    ["a:9000", undefined],
    ["", undefined],
  ])("of a handler, %s", (text, kind) => {
    expect(parseHandler(text)?.kind).toBe(kind);
  });

  it.each(["a:0", "a", ":9000", "a:9000;transport=udp", "u@a:9000", "a b:9000"])(
    "%j is none of an application",
    (text) => {
      expect(parseApplicationAddress(text)).toBeNull();
    },
  );
});
