import { describe, expect, it } from "vitest";
import { parseContact, type AllContacts, type ContactOptions } from "./contact.ts";
import type { Listener } from "./flow.ts";

const tls = { certFile: "c.pem", keyFile: "k.pem" };

function listeners(contact: string | ContactOptions, all: AllContacts = { tls }): Listener[] {
  const parsed = parseContact(contact, all);
  if (!Array.isArray(parsed)) throw new Error(parsed.problems.join("; "));
  return parsed;
}

function problems(contact: string | ContactOptions, all: AllContacts = { tls }): string[] {
  const parsed = parseContact(contact, all);
  return Array.isArray(parsed) ? [] : parsed.problems;
}

describe("a contact", () => {
  it.each([
    ["sip:192.0.2.1", ["udp 192.0.2.1:5060", "tcp 192.0.2.1:5060"]],
    ["sip:*:5080;transport=udp", ["udp 0.0.0.0:5080"]],
    ["sip:[2001:db8::1]:0;transport=TCP", ["tcp 2001:db8::1:0"]],
    ["sip:[::]:8080;transport=ws", ["ws :::8080"]],
    ["sips:192.0.2.1", ["tls 192.0.2.1:5061"]],
    ["sips:192.0.2.1:5443;transport=wss", ["wss 192.0.2.1:5443"]],
    ["sips:[::1]:443;transport=wss", ["wss ::1:443"]],
    ["sip:192.0.2.1;transport=tls", ["tls 192.0.2.1:5061"]],
  ])("%s listens at %j", (contact, expected) => {
    expect(listeners(contact).map(({ protocol, host, port }) => `${protocol} ${host}:${port}`)).toEqual(expected);
  });

  it.each([
    ["sips:192.0.2.1;transport=udp", /does not go with it: udp/],
    ["sip:192.0.2.1;transport=udp,tls", /does not go with it: tls/],
    ["sip:192.0.2.1;transport=sctp", /sctp/],
    ["sips:192.0.2.1;transport=tls,wss", /cannot share a port: tls, wss/],
    ["sip:192.0.2.1;transport=udp,tcp,ws", /cannot share a port: tcp, ws/],
    ["sip:192.0.2.1:70000", /above 65535/],
    ["http://192.0.2.1", /is not of the form/],
    ["sip:a b", /is not of the form/],
  ])("%s is refused", (contact, said) => {
    expect(problems(contact).join()).toMatch(said);
  });

  it("has what is said of it, else what holds for all", () => {
    const all = { externalIp: "203.0.113.7", tls, pageOrigins: ["https://A.example"] };
    const own = { uri: "sips:10.0.0.1", externalIp: "sip.office.example", names: ["SIP.office.example"] };
    expect(listeners(own, all)).toMatchObject([
      { externalHost: "sip.office.example", names: ["sip.office.example"], tls, pageOrigins: ["https://a.example"] },
    ]);
    expect(listeners("sip:10.0.0.1", all)).toMatchObject([{ externalHost: "203.0.113.7", tls: null }, {}]);
  });

  it.each([
    ["10.1.2.3", true, true],
    ["192.168.1.1", false, true],
    ["203.0.113.5", false, false],
    ["2001:db8::7", true, false],
    ["fd00::7", false, true],
  ])("%s is inside of 10.0.0.0/8,2001:db8::/32: %j; inside of the private networks: %j", (address, own, usual) => {
    const [named] = listeners({ uri: "sip:10.0.0.1", localNet: "10.0.0.0/8,2001:db8::/32" });
    const [plain] = listeners("sip:10.0.0.1");
    expect([named?.isLocal(address), plain?.isLocal(address)]).toEqual([own, usual]);
  });

  it("tells everything that is wrong with it at once", () => {
    const wrong = { uri: "sips:1:2:3", localNet: "10.0.0.0/40", externalIp: "a b", names: ["-x-"] };
    expect(problems(wrong, {})).toHaveLength(4);
    expect(problems({ uri: "sips:10.0.0.1" }, {}).join()).toMatch(/needs a certificate/);
    const own = { uri: "sips:10.0.0.1", tls: { certFile: "/none.crt", keyFile: "/none.key" } };
    expect(problems(own, {})).toEqual([
      "tls-cert: /none.crt cannot be read (ENOENT)",
      "tls-key: /none.key cannot be read (ENOENT)",
    ]);
  });
});
