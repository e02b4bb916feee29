import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNameAddress, parseNameAddress, parseParams, parseSipUri, tagOf, withTag } from "./sip-uri.ts";
import { parseVia, withReceived } from "./via.ts";

describe("SIP URIs", () => {
  it.each([
    ["sip:example.org", { scheme: "sip", user: null, host: "example.org", port: null }],
    ["SIPS:a@Example.ORG:5061", { scheme: "sips", user: "a", host: "example.org", port: 5061 }],
    ["sip:a:secret@10.0.0.1", { user: "a:secret", host: "10.0.0.1" }],
    ["sip:+39 06@example.org", { user: "+39 06" }],
    ["sip:a@[2001:db8::1]:5060;transport=tcp", { host: "[2001:db8::1]", port: 5060 }],
    ["sip:user;par=u%40example.net@example.com", { user: "user;par=u%40example.net", host: "example.com" }],
    ["sip:a@example.org;lr?Route=%3Csip:b%3E", { host: "example.org" }],
    ["sip:%00@example.org", { user: "%00" }],
  ])("%s", (text, expected) => expect(parseSipUri(text)).toMatchObject(expected));

  it("has its parameters with lower-case names", () => {
    expect([...(parseSipUri("sip:a@b;Transport=TCP;lr;x=")?.params ?? [])]).toEqual([
      ["transport", "TCP"],
      ["lr", null],
      ["x", ""],
    ]);
  });

  it.each([
    "",
    "sip:",
    "tel:+3906",
    "http://a",
    "sip:a@",
    "sip:a@b:0",
    "sip:a@b:70000",
    "sip:a@b:x",
    "sip:a b",
    "<sip:a>",
  ])("%j is none", (text) => expect(parseSipUri(text)).toBeNull());

  it("any text is read without an exception", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const uri of [text, `sip:${text}`, `sip:a@${text}`]) parseSipUri(uri);
        parseNameAddress(text);
        parseVia(`SIP/2.0/UDP ${text}`);
        isNameAddress(text);
      }),
    );
  });
});

describe("name-addr values", () => {
  it.each([
    ["<sip:a@b>;tag=1", "sip:a@b", "1"],
    ["sip:a@b;tag=1", "sip:a@b", "1"],
    ['"A <x>; tag=2" <sip:a@b;x=y>;tag=1', "sip:a@b;x=y", "1"],
    ['"quo\\"te" <sip:a@b> ; tag = 1', "sip:a@b", "1"],
    ['<sip:a@b>;tag=1;note="x;tag=2"', "sip:a@b", "1"],
    ["Anna <sip:a@b>", "sip:a@b", null],
    ["sip:a@b", "sip:a@b", null],
  ])("%s", (value, uri, tag) => {
    expect(parseNameAddress(value).uri).toBe(uri);
    expect(tagOf(value)).toBe(tag);
  });

  it("a tag is put outside of the URI", () => {
    expect(withTag("sip:a@b", "t")).toBe("<sip:a@b>;tag=t");
    // Without brackets `x` is a parameter of the header, not of the URI.
    expect(withTag("sip:a@b ;x=y", "t")).toBe("<sip:a@b>;x=y;tag=t");
    expect(withTag('"A" <sip:a@b>', "t")).toBe('"A" <sip:a@b>;tag=t');
  });

  it("a quoted parameter may hold separators", () => {
    expect([...parseParams(';a="b;c,d";e')]).toEqual([
      ["a", "b;c,d"],
      ["e", null],
    ]);
  });
});

describe("Via", () => {
  it.each([
    ["SIP/2.0/UDP a.example.org;branch=z9hG4bK1", { protocol: "udp", host: "a.example.org", port: null }],
    ["SIP / 2.0 / TCP   a:5070 ; branch = x ;rport", { protocol: "tcp", host: "a", port: 5070 }],
    ["SIP/2.0/UDP [2001:db8::9:1]:5061", { host: "[2001:db8::9:1]", port: 5061 }],
    ["SIP/2.0/WSS x.invalid;rport", { protocol: "wss", host: "x.invalid" }],
    ["SIP/2.0/UDP 192.0.2.15;;", { host: "192.0.2.15" }],
  ])("%s", (value, expected) => expect(parseVia(value)).toMatchObject(expected));

  it.each([
    "",
    ";",
    'SIP/2.0/UDP a;x="b;branch=c',
    "SIP/7.0/UDP a",
    "SIP/2.0/UDP",
    "SIP/2.0/UDP a:0",
    "SIP/2.0/UDP a:99999",
    "SIP/2.0/UDP a b",
  ])("%j is none", (value) => expect(parseVia(value)).toBeNull());

  it.each([
    [
      "asked for",
      "SIP/2.0/UDP 10.0.0.1:5060;rport;branch=b",
      "SIP/2.0/UDP 10.0.0.1:5060;branch=b;received=192.0.2.7;rport=4444",
    ],
    ["not asked for", "SIP/2.0/UDP h;branch=b", "SIP/2.0/UDP h;branch=b;received=192.0.2.7;rport=4444"],
    [
      "forged",
      "SIP/2.0/UDP h;received=9.9.9.9;rport=1;branch=b",
      "SIP/2.0/UDP h;branch=b;received=192.0.2.7;rport=4444",
    ],
    [
      "forged, with blanks",
      "SIP/2.0/UDP h; received = 9.9 .9.9 ; rport = 1 2 ;branch=b",
      "SIP/2.0/UDP h;branch=b;received=192.0.2.7;rport=4444",
    ],
    [
      "in a quoted parameter: left alone",
      'SIP/2.0/UDP h;x="a;rport;received=b" ; rport;branch=b',
      'SIP/2.0/UDP h;x="a;rport;received=b";branch=b;received=192.0.2.7;rport=4444',
    ],
    ["the host is the source", "SIP/2.0/UDP 192.0.2.7;branch=b", "SIP/2.0/UDP 192.0.2.7;branch=b;rport=4444"],
  ])("received and rport, %s", (_name, value, expected) => {
    const via = parseVia(value);
    expect(via && withReceived(value, via, { address: "192.0.2.7", port: 4444 })).toBe(expected);
  });
});
