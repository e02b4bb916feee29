import { describe, expect, it } from "vitest";
import { describeNames, isGoodFor, sipDomains, subjectNames, type SubjectNames } from "./peer-names.ts";

const certificate = (alternatives: string | undefined, CN?: string | string[]): SubjectNames =>
  subjectNames({ subject: { CN } as never, subjectaltname: alternatives as string });

describe("a certificate is good for", () => {
  it.each([
    ["the host of a SIP URI", "URI:sip:office.example", "office.example", true],
    ["a DNS name", "DNS:Office.Example", "office.EXAMPLE", true],
    ["one of several", "DNS:a.example, URI:sip:office.example, IP Address:192.0.2.1", "office.example", true],
    ["an address where that was asked for", "IP Address:192.0.2.1", "192.0.2.1", true],
    ["an IPv6 address however it is written", "IP Address:2001:DB8:0:0:0:0:0:1", "2001:db8::1", true],
    ["no sips URI", "URI:sips:office.example", "office.example", false],
    ["no URI with a user", "URI:sip:anna@office.example", "office.example", false],
    ["no name below it", "DNS:office.example", "sip.office.example", false],
    ["no wildcard", "DNS:*.example", "office.example", false],
    ["not the wildcard itself", "DNS:*.example", "*.example.net", false],
    ["no address of another kind of name", "DNS:192.0.2.1", "192.0.2.1", false],
    ["another address", "IP Address:192.0.2.1", "192.0.2.2", false],
  ])("%s: %s asked for as %s", (...[, alternatives, host, isGood]) => {
    expect(isGoodFor(certificate(alternatives, "office.example"), host)).toBe(isGood);
  });

  it("its common name only where there are no alternative names", () => {
    expect(isGoodFor(certificate(undefined, "office.example"), "office.example")).toBe(true);
    expect(isGoodFor(certificate("DNS:other.example", "office.example"), "office.example")).toBe(false);
    expect(isGoodFor(certificate("IP Address:192.0.2.1", "office.example"), "office.example")).toBe(false);
    expect(isGoodFor(certificate(undefined, ["office.example", "other.example"]), "office.example")).toBe(false);
    expect(isGoodFor(certificate(undefined), "")).toBe(false);
  });
});

it("a name that tries to look like two is one", () => {
  const names = certificate('DNS:"evil.example, DNS:office.example", DNS:real.example', "x");
  expect(sipDomains(names)).toEqual(["evil.example, dns:office.example", "real.example"]);
  expect(isGoodFor(names, "office.example")).toBe(false);
});

it("what a certificate says is told in words", () => {
  expect(describeNames(certificate("DNS:a.example, IP Address:192.0.2.1", "a"))).toBe(
    "common name a, alternative names a.example, 192.0.2.1",
  );
  expect(describeNames(certificate(undefined))).toBe("common name none, alternative names none");
});
