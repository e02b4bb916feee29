/** Contacts with an address, a network and names of their own: what which peer is told, and what counts as the engine itself. */
import { networkInterfaces } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectApplication, portOf, statusOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { answerTo, ProxyingEngine } from "../testing/proxying-engine.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { material, secureRequest, trusting } from "../testing/secure-scene.ts";
import { StreamPeer } from "../testing/stream-peer.ts";
import { makeCertificates, type ThrowawayCertificates } from "../testing/throwaway-certificates.ts";
import type { ContactOptions } from "./contact.ts";

let certificates: ThrowawayCertificates;
let application: ConnectedApplication | undefined;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());
afterEach(async () => {
  await application?.close();
  application = undefined;
});

async function start(...contacts: (string | ContactOptions)[]): Promise<ConnectedApplication> {
  application = await connectApplication(contacts, 20, { tls: { ...certificates.server } });
  const { srf } = application;
  srf.invite((req, res) => void srf.createUAS(req, res, { localSdp: exampleSdp }));
  srf.use("options", (_req, res) => res.send(200));
  await application.settled();
  return application;
}

describe("an external address of its own", () => {
  const behindNat = { uri: "sip:127.0.0.1:0;transport=udp", externalIp: "203.0.113.7" };

  it.each([
    ["is told to peers outside of the contact's local net", { ...behindNat, localNet: "10.0.0.0/8" }, "203.0.113.7"],
    ["is not told inside of it", { ...behindNat, localNet: "10.0.0.0/8,127.0.0.0/8" }, "127.0.0.1"],
    ["is not told to private addresses where no local net is named", behindNat, "127.0.0.1"],
    ["may be a name", { ...behindNat, externalIp: "sip.office.example", localNet: "10.0.0.0/8" }, "sip.office.example"],
  ])("%s", async (_name, contact, told) => {
    const { engine, srf } = await start(contact, "sip:127.0.0.2:0;transport=tcp");
    const port = portOf(engine, "udp");
    const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port });
    peer.send(inviteLines(peer, `127.0.0.1:${port}`, { callId: "nat" }), exampleSdp);
    expect(headerOf(await peer.receive(/^SIP\/2\.0 200/), "Contact")).toBe(`<sip:${told}:${port}>`);
    srf.createUAC(`sip:x@${peer.hostPort}`, { localSdp: exampleSdp }).catch(() => undefined);
    const invite = await peer.receive(/^INVITE /);
    expect(headerOf(invite, "Via")).toContain(`${told}:${port};`);
    peer.close();
  });

  it("does not change what other contacts tell", async () => {
    const { engine } = await start({ ...behindNat, localNet: "10.0.0.0/8" }, "sip:127.0.0.2:0;transport=udp");
    const second = Number(engine.contacts.at(-1)?.split(":").at(-1));
    const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.2", port: second });
    peer.send(inviteLines(peer, `127.0.0.2:${second}`, { callId: "other" }), exampleSdp);
    expect(headerOf(await peer.receive(/^SIP\/2\.0 200/), "Contact")).toBe(`<sip:127.0.0.2:${second}>`);
    peer.close();
  });
});

it("a peer inside of a contact's local net is called from that contact", async () => {
  const { engine, srf } = await start(
    { uri: "sip:127.1.0.1:0;transport=udp", localNet: "127.2.0.0/16" },
    "sip:127.2.0.1:0;transport=udp",
  );
  const peer = await RawPeer.open("127.2.0.9", { host: "127.1.0.1", port: portOf(engine, "udp") });
  void statusOf(srf, `sip:${peer.hostPort}`, { method: "OPTIONS" }).catch(() => undefined);
  expect(headerOf(await peer.receive(/^OPTIONS /), "Via")).toContain("127.1.0.1:");
  peer.close();
});

it("a name of a contact is the engine itself, at the ports that it has", async () => {
  const { engine, srf } = await start({ uri: "sip:127.0.0.1:0;transport=udp", names: ["sip.office.example"] });
  const port = portOf(engine, "udp");
  for (const uri of ["sip:sip.office.example", `sip:SIP.office.example:${port}`])
    await expect(statusOf(srf, uri, { method: "OPTIONS" })).rejects.toThrow(/myself/);
});

it("a route to a name of a contact is taken off a request that is passed on", async () => {
  const named = { uri: "sip:127.0.0.1:0;transport=udp", names: ["sip.office.example"] };
  const proxying = await ProxyingEngine.start([named]);
  const [caller, callee] = [await proxying.peer("127.0.0.1"), await proxying.peer("127.0.0.1")];
  const lines = ["Route: <sip:sip.office.example;lr>, <sip:elsewhere.example:5999;lr>"];
  void proxying.call(caller, [`sip:${callee.hostPort}`], { lines });
  const invite = await callee.receive(/^INVITE /);
  expect(headerOf(invite, "Route")).toBe("<sip:elsewhere.example:5999;lr>");
  callee.send(answerTo(invite, "486 Busy Here"));
  await caller.receive(/^SIP\/2\.0 486/);
  await proxying.close();
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

it.skipIf(!hasIpv6)(
  "TLS over IPv6: literals in brackets, the certificate's address however it is written",
  async () => {
    const six = certificates.issue("six", "IP:0:0:0:0:0:0:0:1");
    const { engine, srf } = await start({ uri: "sips:[::1]:0", tls: { ...six, caFile: certificates.caFile } });
    const port = portOf(engine, "tls");
    const client = await StreamPeer.connect({ host: "::1", port }, trusting(certificates));
    client.send([...secureRequest("INVITE", "six"), "Content-Type: application/sdp"], exampleSdp);
    const ok = await client.receive(/^SIP\/2\.0 200/);
    expect(headerOf(ok, "Contact")).toBe(`<sip:[::1]:${port};transport=tls>`);
    expect(headerOf(ok, "Via")).toContain(";received=::1");
    const peer = await StreamPeer.open("::1", 0, material(six));
    const status = statusOf(srf, `sips:x@[::1]:${peer.port}`, { method: "OPTIONS" });
    const options = await peer.receive(/^OPTIONS /);
    expect(headerOf(options, "Via")).toMatch(/^SIP\/2\.0\/TLS \[::1\]:/);
    peer.send(["SIP/2.0 200 OK", ...options.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))]);
    expect(await status).toBe(200);
    await client.close();
    await peer.close();
  },
);
