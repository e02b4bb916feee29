import { parseArgs } from "node:util";
import { expect, it } from "vitest";
import { contactFlags, contactsFrom } from "./contact-flags.ts";

const from = (...words: string[]): ReturnType<typeof contactsFrom> =>
  contactsFrom(parseArgs({ args: words, options: contactFlags, tokens: true }).tokens);

it("what stands after a contact holds for that one, what stands before the first for all", () => {
  const words = [
    "--external-ip",
    "203.0.113.7",
    "--tls-cert",
    "c.pem",
    "--tls-key=k.pem",
    "--page-origin",
    "https://a.example",
  ];
  const first = ["--contact", "sip:10.0.0.7:5060", "--local-net", "10.0.0.0/8", "--local-net", "172.16.0.0/12"];
  const second = ["--contact", "sips:10.0.0.7:5061", "--dns-name", "a.example", "--dns-name", "b.example"];
  const third = ["--contact", "sip:10.0.0.7:8080;transport=ws"];
  expect(
    from(...words, ...first, ...second, "--tls-clients", "require", "--tls-client-ca", "ca.pem", ...third),
  ).toEqual({
    externalIp: "203.0.113.7",
    tls: { certFile: "c.pem", keyFile: "k.pem" },
    pageOrigins: ["https://a.example"],
    contacts: [
      { uri: "sip:10.0.0.7:5060", localNet: "10.0.0.0/8,172.16.0.0/12" },
      {
        uri: "sips:10.0.0.7:5061",
        names: ["a.example", "b.example"],
        tls: { clients: "require", clientCaFile: "ca.pem" },
      },
      { uri: "sip:10.0.0.7:8080;transport=ws" },
    ],
  });
});

it("certificates shown to servers", () => {
  const words = [
    "--contact",
    "sips:10.0.0.7",
    "--tls-outgoing-cert",
    "o.pem",
    "--tls-outgoing-key",
    "o.key",
    "--tls-ca",
    "ca",
  ];
  expect(from(...words).contacts).toEqual([
    { uri: "sips:10.0.0.7", tls: { outgoing: { certFile: "o.pem", keyFile: "o.key" }, caFile: "ca" } },
  ]);
});

it("what cannot be meant is told all at once", () => {
  const words = ["--tls-ca", "ca.pem", "--local-net", "10.0.0.0/8", "--contact", "sips:*", "--tls-clients", "maybe"];
  expect(() => from(...words)).toThrow(
    /tls-clients: maybe[\s\S]*local-net, dns-name: stand after[\s\S]*tls-cert: is needed[\s\S]*tls-key: is needed/,
  );
});
