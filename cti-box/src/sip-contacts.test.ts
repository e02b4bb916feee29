import { describe, expect, it } from "vitest";
import type { OfficeConfig } from "./config.ts";
import { parseOfficeConfig } from "./read-config.ts";
import { engineContacts, openedBy, webSocketOf } from "./sip-contacts.ts";

function configWith(sip: object, publicUrl?: string): OfficeConfig {
  const result = parseOfficeConfig(
    JSON.stringify({
      office: { officeId: "x_test1", label: "Comune Uno" },
      sip: { domain: "uno.example", tls: { certFile: "c.pem", keyFile: "k.pem" }, ...sip },
      queues: [{ queueId: "urp", label: "URP" }],
      api: { listen: { port: 0 }, publicUrl },
      dataDirectory: "data",
    }),
    {},
  );
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.config;
}

const wss = { uri: "sips:192.0.2.10:5443;transport=wss", names: ["sip.uno.example"] };

it("contacts go to the engine with what holds for each, and the pages of the box's own origin are let in", () => {
  const nat = { uri: "sip:10.0.0.7:5060", externalAddress: "203.0.113.7", localNet: "10.0.0.0/8" };
  const config = configWith({ contacts: [nat, wss, "sip:127.0.0.1:5066;transport=ws"] }, "https://uno.example/x");
  expect(engineContacts(config)).toEqual({
    contacts: [
      { uri: nat.uri, names: [], externalIp: "203.0.113.7", localNet: "10.0.0.0/8" },
      { ...wss, pageOrigins: ["https://uno.example"] },
      { uri: "sip:127.0.0.1:5066;transport=ws", names: [] },
    ],
    tls: { certFile: "c.pem", keyFile: "k.pem", clients: "none" },
  });
});

describe("pages reach SIP", () => {
  const opened = ["udp/192.0.2.10:5060", "wss/192.0.2.10:40001", "ws/[::1]:5066"];

  it("through the box where there is a plain WebSocket", () => {
    const config = configWith({ contacts: [wss] });
    expect(webSocketOf(config, opened)).toEqual({ kind: "through-box", host: "::1", port: 5066 });
  });

  it.each([
    ["the contact's name", { contacts: [wss] }, "wss://sip.uno.example:40001"],
    ["the address told outside", { contacts: [wss.uri], externalAddress: "203.0.113.7" }, "wss://203.0.113.7:40001"],
    ["the address itself", { contacts: [wss.uri] }, "wss://192.0.2.10:40001"],
  ])("else directly, by %s", (_name, sip, url) => {
    expect(webSocketOf(configWith(sip), opened.slice(0, 2))).toEqual({ kind: "direct", url });
  });

  it("nowhere without one", () => {
    expect(webSocketOf(configWith({ contacts: [wss] }), opened.slice(0, 1))).toBeNull();
  });

  it("of a drachtio-server as its contacts say", () => {
    expect(openedBy("sip:127.0.0.1:5066;transport=udp,ws")).toEqual(["udp/127.0.0.1:5066", "ws/127.0.0.1:5066"]);
    expect(openedBy({ uri: "sip:127.0.0.1:5066", names: [] })).toEqual([]);
  });
});
