import { describe, expect, it } from "vitest";
import { HeaderList } from "../message/header-list.ts";
import { noBody, type SipRequest } from "../message/sip-message.ts";
import { headerRules, type HeaderRuleOptions } from "./header-rules.ts";

function request(method: string, headers: Record<string, string>, uri = "sip:uno.example"): SipRequest {
  const list = new HeaderList();
  for (const [name, value] of Object.entries(headers)) list.append(name, value);
  return { kind: "request", method, uri, headers: list, body: noBody };
}

const scanner = request("OPTIONS", { "User-Agent": "Friendly-Scanner 1.0" });
const spammer = request("INVITE", { From: '"Bargain" <sip:4411@spam.example>;tag=1', "User-Agent": "Phone" });
const atAddress = (host: string): SipRequest => request("REGISTER", {}, `sip:${host}:5060`);

describe("rules about headers", () => {
  it.each<[string, HeaderRuleOptions, SipRequest, object]>([
    ["a known scanner gets no answer", {}, scanner, { kind: "silence", by: "scanner" }],
    ["or 603", { blockedAnswer: "603" }, scanner, { kind: "answer", answer: [603, "Decline"], by: "scanner" }],
    ["the list of scanners may be replaced", { scannerAgents: ["other"] }, scanner, { kind: "pass" }],
    ["an empty list blocks nobody", { scannerAgents: [] }, scanner, { kind: "pass" }],
    ["nobody else is blocked", {}, spammer, { kind: "pass" }],
    [
      "a caller on the list",
      { blocked: [{ header: "from", text: "@SPAM.example" }] },
      spammer,
      { kind: "silence", by: "blocked" },
    ],
    [
      "a dot is a dot",
      {
        blocked: [
          { header: "from", text: "spam-example" },
          { header: "from", text: "s..m" },
        ],
      },
      spammer,
      { kind: "pass" },
    ],
    ["the same text in another header", { blocked: [{ header: "to", text: "spam" }] }, spammer, { kind: "pass" }],
    [
      "REGISTER to an address",
      { registerAtAddress: "refused" },
      atAddress("192.0.2.1"),
      { kind: "answer", answer: [403, "Forbidden"], by: "address" },
    ],
    [
      "also of IPv6",
      { registerAtAddress: "refused" },
      atAddress("[2001:db8::1]"),
      { kind: "answer", answer: [403, "Forbidden"], by: "address" },
    ],
    ["REGISTER to a domain", { registerAtAddress: "refused" }, atAddress("uno.example"), { kind: "pass" }],
    ["addresses are accepted unless asked for", {}, atAddress("192.0.2.1"), { kind: "pass" }],
    [
      "a health check",
      { healthCheckAgent: "balancer" },
      request("OPTIONS", { "User-Agent": "balancer" }),
      { kind: "healthy" },
    ],
    [
      "not by another method",
      { healthCheckAgent: "balancer" },
      request("INVITE", { "User-Agent": "balancer" }),
      { kind: "pass" },
    ],
    [
      "not by a longer name",
      { healthCheckAgent: "balancer" },
      request("OPTIONS", { "User-Agent": "balancer2" }),
      { kind: "pass" },
    ],
  ])("%s", (...[, options, given, judgement]) => {
    expect(headerRules(options)(given)).toEqual(judgement);
  });
});
