/** The embedded engine as an office configures it, in its worker thread: TLS and secure WebSockets, and its mistakes. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { makeCertificates, type ThrowawayCertificates } from "../sip-engine/testing/throwaway-certificates.ts";
import type { OfficeConfig } from "./config.ts";
import { openSipStack } from "./open-sip-stack.ts";
import { parseOfficeConfig } from "./read-config.ts";

let certificates: ThrowawayCertificates;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function configWith(tls: object): OfficeConfig {
  const contacts = ["sips:127.0.0.1:0", { uri: "sips:127.0.0.1:0;transport=wss", names: ["localhost"] }];
  const given = {
    office: { officeId: "x_test1", label: "Comune Uno" },
    sip: { domain: "uno.example", contacts, tls },
    queues: [{ queueId: "urp", label: "URP" }],
    api: { listen: { port: 0 }, publicUrl: "https://uno.example" },
    dataDirectory: "data",
  };
  const result = parseOfficeConfig(JSON.stringify(given), {});
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.config;
}

it("a page is told where the secure WebSocket is, and only pages of the box are let in there", async () => {
  const stack = await openSipStack(configWith(certificates.server), silent);
  const { webSocket } = stack;
  expect(webSocket).toEqual({ kind: "direct", url: expect.stringMatching(/^wss:\/\/localhost:\d+$/) });
  const url = webSocket?.kind === "direct" ? webSocket.url : "";
  const ca = readFileSync(certificates.caFile);
  const page = new WebSocket(url, "sip", { ca, origin: "https://uno.example" });
  await once(page, "open");
  page.terminate();
  const foreign = new WebSocket(url, "sip", { ca, origin: "https://evil.example" });
  await expect(once(foreign, "open")).rejects.toThrow(/401/);
  await stack.close();
});

it("files that cannot be used are named", async () => {
  const mixed = { certFile: certificates.server.certFile, keyFile: certificates.client.keyFile };
  await expect(openSipStack(configWith(mixed), silent)).rejects.toThrow(/server\.crt and .*client\.key/);
  const lost = { certFile: "/nowhere.crt", keyFile: "/nowhere.key" };
  await expect(openSipStack(configWith(lost), silent)).rejects.toThrow(
    /tls-cert: \/nowhere\.crt cannot be read[\s\S]*tls-key: \/nowhere\.key cannot be read/,
  );
});
