import { expect, it } from "vitest";
import { problemsOfProtection } from "../sip-engine/protection/protection-options.ts";
import { parseOfficeConfig } from "./read-config.ts";
import { sipProtection } from "./sip-protection.ts";

const contacts = ["sip:127.0.0.1:0;transport=udp", "sip:127.0.0.1:0;transport=ws"];

function protectionOf(sip: object, more: object = {}): ReturnType<typeof sipProtection> {
  const config = {
    office: { officeId: "x_test1", label: "Comune Uno" },
    sip: { domain: "uno.example", contacts, ...sip },
    queues: [{ queueId: "urp", label: "URP" }],
    api: { listen: { port: 0 } },
    dataDirectory: "data",
    ...more,
  };
  const result = parseOfficeConfig(JSON.stringify(config), {});
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return sipProtection(result.config);
}

it("nothing said: the engine's own limits, and nobody but this machine is trusted", () => {
  expect(protectionOf({})).toEqual({ mode: "on", trusted: ["127.0.0.0/8", "::1"], blocked: [] });
});

it("carriers, offices and the proxy are trusted by their addresses, whatever port they have, and what the configuration adds", () => {
  const office = (officeId: string, addresses: string[]): object => ({
    officeId,
    label: officeId,
    sip: { uri: "sip:office.example", addresses },
  });
  const protection = protectionOf(
    { protection: { trustedNetworks: ["10.0.0.0/8"], refusals: 10, requestBurst: 500 } },
    {
      trunks: [
        {
          trunkId: "one",
          carrier: "Carrier",
          addresses: ["192.0.2.1", "192.0.2.2:5070", "carrier.example", "203.0.113.0/24"],
        },
      ],
      network: {
        proxy: { uri: "sip:192.0.2.9", addresses: ["192.0.2.9", "[2001:db8::9]:5060"], domain: "net.example" },
        offices: [office("x_test1", ["192.0.2.1"]), office("x_test2", ["2001:db8::2"])],
      },
    },
  );
  expect(protection).toMatchObject({ refusals: 10, requestBurst: 500 });
  expect(protection.trusted).toEqual([
    "127.0.0.0/8",
    "::1",
    "192.0.2.1",
    "192.0.2.2",
    "203.0.113.0/24",
    "192.0.2.9",
    "2001:db8::9",
    "2001:db8::2",
    "10.0.0.0/8",
  ]);
  expect(problemsOfProtection(protection)).toEqual([]);
});
