import { describe, expect, it } from "vitest";
import { contactOfAnswer, contactOfInvite } from "./own-contact.ts";

const ours = { Contact: "<sip:office@localhost;transport=tls>" };

describe("our Contact in an answer", () => {
  const invite = (change: { uri?: string; protocol?: string; headers?: Record<string, string> } = {}) => ({
    uri: change.uri ?? "sip:+390695550100@192.0.2.1:5061;transport=tls",
    protocol: change.protocol ?? "tls",
    get: (name: string) => ({ contact: "<sip:carrier@192.0.2.9;transport=tls>", ...change.headers })[name],
  });

  it("is a sip: URI over TLS", () => {
    expect(contactOfAnswer(invite())).toEqual(ours);
    expect(contactOfAnswer(invite({ protocol: "TLS" }))).toEqual(ours);
    const headers = { contact: "<sips:carrier@192.0.2.9>", "record-route": "<sip:192.0.2.7;transport=tls;lr>" };
    expect(contactOfAnswer(invite({ headers }))).toEqual(ours);
  });

  it.each([
    ["the INVITE is for a sips: URI", { uri: "sips:+390695550100@192.0.2.1" }],
    ["its Contact is one", { headers: { contact: '"A" <sips:carrier@192.0.2.9>' } }],
    ["it came by one", { headers: { "record-route": "<sips:192.0.2.7;lr>, <sip:192.0.2.8;lr>" } }],
    ["there is no TLS", { protocol: "udp" }],
    ["a page called", { protocol: "wss" }],
  ])("is the stack's when %s", (_when, change) => {
    expect(contactOfAnswer(invite(change))).toEqual({});
  });
});

describe("our Contact in an INVITE", () => {
  it.each([
    ["sip:+393331234567@192.0.2.9:5061;transport=tls", null, ours],
    ["sip:+393331234567@192.0.2.9;transport=TLS;user=phone", null, ours],
    ["sip:202@office.example", "sip:192.0.2.7;transport=tls", ours],
    ["sips:+393331234567@192.0.2.9", null, {}],
    ["sip:+393331234567@192.0.2.9", "sips:192.0.2.7", {}],
    ["sips:+393331234567@192.0.2.9", "sip:192.0.2.7;transport=tls", {}],
    ["sip:+393331234567@192.0.2.9;transport=tcp", null, {}],
    ["sip:+393331234567@192.0.2.9;transport=tls", "sip:192.0.2.7;transport=tcp", {}],
    ["sip:+393331234567@192.0.2.9", null, {}],
  ])("for %s by %s", (uri, nextHop, expected) => {
    expect(contactOfInvite({ uri, nextHop })).toEqual(expected);
  });
});
