/** Which address a peer is told: sockets bound to all addresses, and several contacts. */
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { connectApplication, portOf, statusOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { PagePeer, pageHost } from "../testing/page-peer.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";

let application: ConnectedApplication | undefined;
afterEach(async () => {
  await application?.close();
  application = undefined;
});

async function start(...contacts: string[]): Promise<ConnectedApplication> {
  application = await connectApplication(contacts, 20);
  application.srf.invite((req, res) => void application?.srf.createUAS(req, res, { localSdp: exampleSdp }));
  application.srf.use("register", (req, res) => {
    res.send(200, { headers: { Contact: req.get("contact"), Expires: "60" } });
  });
  await application.settled();
  return application;
}

describe("bound to all addresses", () => {
  it("a UDP peer is told the address that leads to it: in Contact of the answer, and in Via and Contact of a call", async () => {
    const { engine, srf } = await start("sip:0.0.0.0:0;transport=udp");
    const port = portOf(engine, "udp");
    const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port });
    peer.send(inviteLines(peer, `127.0.0.1:${port}`, { callId: "wild" }), exampleSdp);
    const ok = await peer.receive(/^SIP\/2\.0 200/);
    expect(headerOf(ok, "Contact")).toBe(`<sip:127.0.0.1:${port}>`);
    srf.createUAC(`sip:x@${peer.hostPort}`, { localSdp: exampleSdp }).catch(() => undefined);
    const invite = await peer.receive(/^INVITE /);
    expect(headerOf(invite, "Via")).toContain(`127.0.0.1:${port};`);
    expect(headerOf(invite, "Contact")).toContain(`127.0.0.1:${port}`);
    expect(invite).not.toContain("0.0.0.0");
    peer.close();
  });

  it("a TCP peer and a page are told the address that they connected to", async () => {
    const { engine, srf } = await start("sip:0.0.0.0:0;transport=tcp", "sip:0.0.0.0:0;transport=ws");
    const tcpPort = portOf(engine, "tcp");
    const socket = connect(tcpPort, "127.0.0.5");
    await once(socket, "connect");
    const lines = [
      "INVITE sip:x@127.0.0.5 SIP/2.0",
      "Via: SIP/2.0/TCP 127.0.0.9;branch=z9hG4bKt",
      "From: <sip:a@x>;tag=1",
      "To: <sip:x@x>",
      "Call-ID: t",
      "CSeq: 1 INVITE",
      "Contact: <sip:a@127.0.0.9;transport=tcp>",
      "Content-Length: 0",
    ];
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    await expect
      .poll(() => /^SIP\/2\.0 200[\s\S]*?Contact: (.*)\r/m.exec(text)?.[1])
      .toBe(`<sip:127.0.0.5:${tcpPort};transport=tcp>`);
    socket.destroy();
    const page = await PagePeer.open(portOf(engine, "ws"));
    await page.register("anna", 1);
    const status = statusOf(srf, `sip:anna@${pageHost};transport=ws`, { method: "OPTIONS" });
    const options = await page.receive(/^OPTIONS /);
    expect(headerOf(options, "Via")).toContain(`127.0.0.1:${portOf(engine, "ws")}`);
    page.answer(options, "200 OK");
    expect(await status).toBe(200);
    page.socket.terminate();
    await expect.poll(async () => (await engine.load()).bindings).toBe(0);
  });

  it("the engine's own port on any address of this machine is itself", async () => {
    const { engine, srf } = await start("sip:0.0.0.0:0;transport=udp");
    for (const host of ["127.0.0.1", "127.0.0.77"])
      await expect(statusOf(srf, `sip:${host}:${portOf(engine, "udp")}`, { method: "OPTIONS" })).rejects.toThrow(
        /myself/,
      );
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

describe.skipIf(!hasIpv6)("IPv6", () => {
  it("is written in brackets where SIP wants it, and without in received", async () => {
    const { engine, srf } = await start("sip:[::1]:0;transport=udp,tcp");
    const port = portOf(engine, "udp");
    const peer = await RawPeer.open("::1", { host: "::1", port });
    peer.send(inviteLines(peer, `[::1]:${port}`, { callId: "six" }), exampleSdp);
    const ok = await peer.receive(/^SIP\/2\.0 200/);
    expect(headerOf(ok, "Contact")).toBe(`<sip:[::1]:${port}>`);
    const status = statusOf(srf, `sip:x@${peer.hostPort}`, { method: "OPTIONS" });
    const options = await peer.receive(/^OPTIONS /);
    expect(headerOf(options, "Via")).toContain(`UDP [::1]:${port};`);
    peer.send(["SIP/2.0 200 OK", ...options.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))]);
    expect(await status).toBe(200);
    peer.close();
  });
});

describe("several contacts", () => {
  it("each peer is called from the one nearest to it, and the answer leaves by the one that was asked", async () => {
    const { engine, srf } = await start("sip:127.0.1.1:0;transport=udp,tcp", "sip:127.0.2.1:0;transport=udp,tcp");
    const ports = engine.contacts.map((contact) => /^udp\/(.*):(\d+)$/.exec(contact)).filter((found) => found !== null);
    expect(ports.map((found) => found[1])).toEqual(["127.0.1.1", "127.0.2.1"]);
    for (const [, host = "", port = ""] of ports) {
      const peer = await RawPeer.open(host.replace(/1$/, "9"), { host, port: Number(port) });
      const status = statusOf(srf, `sip:${peer.hostPort}`, { method: "OPTIONS" });
      const options = await peer.receive(/^OPTIONS /);
      expect(headerOf(options, "Via")).toContain(`${host}:${port};`);
      const copied = options.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
      peer.send(["SIP/2.0 200 OK", ...copied]);
      expect(await status).toBe(200);
      peer.send(inviteLines(peer, `${host}:${port}`, { callId: `at-${host}` }), exampleSdp);
      expect(headerOf(await peer.receive(/^SIP\/2\.0 200/), "Contact")).toBe(`<sip:${host}:${port}>`);
      peer.close();
    }
  });
});
