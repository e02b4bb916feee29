import { expect, it } from "vitest";
import { textPortsOf } from "./text-ports.ts";

type Config = Parameters<typeof textPortsOf>[0];
const sip = { contacts: ["sip:192.0.2.5:5060;transport=udp,tcp"] } as unknown as Config["sip"];
const relay = { kind: "relay", listenAddress: "192.0.2.1" } as const;
const rtpengine = { kind: "rtpengine", ngHost: "h", ngPort: 1, others: [] } as const;

it.each<{ what: string; media: object; contacts?: unknown[]; ports: object | null }>([
  {
    what: "beside the relay's audio",
    media: { ...relay, advertisedAddress: "198.51.100.1", portMin: 30_000, portMax: 30_999 },
    ports: { listenAddress: "192.0.2.1", advertisedAddress: "198.51.100.1", ports: { min: 30_000, max: 30_999 } },
  },
  {
    what: "with rtpengine at the box's SIP address",
    media: rtpengine,
    ports: { listenAddress: "192.0.2.5", advertisedAddress: "192.0.2.5", ports: null },
  },
  {
    what: "with rtpengine behind a router as the SIP is",
    media: rtpengine,
    contacts: ["sip:[2001:db8::1]:5060", { uri: "sip:10.0.0.5:5060", externalAddress: "198.51.100.1", names: [] }],
    ports: { listenAddress: "10.0.0.5", advertisedAddress: "198.51.100.1", ports: null },
  },
  {
    what: "where the office says",
    media: {
      ...rtpengine,
      text: { listenAddress: "10.0.0.9", advertisedAddress: "198.51.100.9", portMin: 2, portMax: 5 },
    },
    ports: { listenAddress: "10.0.0.9", advertisedAddress: "198.51.100.9", ports: { min: 2, max: 5 } },
  },
  { what: "nowhere where it is off", media: { ...rtpengine, text: "off" }, ports: null },
  { what: "nowhere where it is off beside the relay", media: { ...relay, text: "off" }, ports: null },
  {
    what: "nowhere without an address that can be told",
    media: rtpengine,
    contacts: ["sip:0.0.0.0:5060"],
    ports: null,
  },
])("text is received $what", ({ media, contacts, ports }) => {
  const given = contacts === undefined ? sip : ({ contacts } as Config["sip"]);
  expect(textPortsOf({ media: media as Config["media"], sip: given })).toEqual(ports);
});
