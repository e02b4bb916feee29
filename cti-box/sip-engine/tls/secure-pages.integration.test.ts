/** Pages over secure WebSockets, without a web server in between (RFC 7118): with drachtio-srf applications. */
import { connect } from "node:net";
import type Srf from "drachtio-srf";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { PagePeer, pageHost } from "../testing/page-peer.ts";
import { exampleSdp, headerOf } from "../testing/raw-peer.ts";
import { material, trusting } from "../testing/secure-scene.ts";
import { makeCertificates, type ThrowawayCertificates } from "../testing/throwaway-certificates.ts";
import type { ContactOptions } from "../transport/contact.ts";

let certificates: ThrowawayCertificates;
let application: ConnectedApplication;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());
afterEach(() => application.close());

async function open(more: Partial<ContactOptions> = {}): Promise<number> {
  const contacts = [{ uri: "sips:127.0.0.1:0;transport=wss", ...more }, "sip:127.0.0.1:0;transport=udp"];
  application = await connectApplication(contacts, 50, {
    tls: { ...certificates.server, caFile: certificates.caFile },
  });
  application.srf.use("register", (req, res) => {
    res.send(200, {
      headers: { Contact: req.get("contact"), Expires: "300", "X-Peer": req.get("X-LA2-TLS-Peer") ?? "unknown" },
    });
  });
  application.srf.use("invite", (_req, _res, next) => next());
  await application.settled();
  return portOf(application.engine, "wss");
}

it("a page registers over wss and is called there, named by ws as pages name themselves; what is said in the call stays there", async () => {
  const port = await open();
  const page = await PagePeer.open(port, trusting(certificates));
  expect(await page.register("anna", 1)).toMatch(/^SIP\/2\.0 200/);
  const called = application.srf.createUAC(`sip:anna@${pageHost};transport=ws`, { localSdp: exampleSdp });
  const invite = await page.receive(/^INVITE /);
  expect(headerOf(invite, "Via")).toMatch(new RegExp(`^SIP/2\\.0/WSS 127\\.0\\.0\\.1:${port};`));
  expect(headerOf(invite, "Contact")).toBe(`<sip:127.0.0.1:${port};transport=ws>`);
  page.answer(invite, "200 OK", exampleSdp);
  await page.receive(/^ACK /);
  const dialog = await called;
  dialog.destroy();
  page.answer(await page.receive(/^BYE /), "200 OK");
  await expect.poll(async () => (await application.engine.load()).dialogs).toBe(0);
});

it("a page calls, and the application is told tcp as with any WebSocket", async () => {
  const port = await open();
  const offered = new Promise<Srf.SrfRequest>((resolve) =>
    application.srf.invite((req, res) => {
      resolve(req);
      void application.srf.createUAS(req, res, { localSdp: exampleSdp });
    }),
  );
  const page = await PagePeer.open(port, trusting(certificates));
  page.invite("anna", "from-page");
  const ok = await page.receive(/^SIP\/2\.0 200/);
  expect(headerOf(ok, "Contact")).toBe(`<sip:127.0.0.1:${port};transport=ws>`);
  expect(await offered).toMatchObject({ protocol: "tcp" });
});

it("a page that is gone is not there any more: 503, not another transport", async () => {
  const port = await open();
  const page = await PagePeer.open(port, trusting(certificates));
  await page.register("anna", 1);
  page.socket.terminate();
  await expect.poll(async () => (await application.engine.load()).bindings).toBe(0);
  const called = application.srf.createUAC(`sip:anna@${pageHost};transport=ws`, { localSdp: exampleSdp });
  await expect(called).rejects.toMatchObject({ status: 503 });
});

it("a page's own certificate is told to the application", async () => {
  const port = await open({ tls: { clients: "request" } });
  const page = await PagePeer.open(port, { ...trusting(certificates), ...material(certificates.client) });
  expect(headerOf(await page.register("anna", 1), "X-Peer")).toBe('cn="client";dns="localhost";ip="127.0.0.1"');
  const unknown = await PagePeer.open(port, trusting(certificates));
  expect(headerOf(await unknown.register("berta", 1), "X-Peer")).toBe("unknown");
});

it("only pages of the named origins are let in; programs name none", async () => {
  const port = await open({ pageOrigins: ["https://office.example"] });
  const from = (origin?: string): Promise<PagePeer> =>
    PagePeer.open(port, { ...trusting(certificates), ...(origin !== undefined && { origin }) });
  await expect(from("https://evil.example")).rejects.toThrow(/401/);
  expect(await (await from("https://office.example")).register("anna", 1)).toMatch(/^SIP\/2\.0 200/);
  expect(await (await from()).register("berta", 1)).toMatch(/^SIP\/2\.0 200/);
});

it("who connects and never asks for the upgrade is let go, however slowly it speaks", async () => {
  const port = await open();
  const plain = await connectApplication(["sip:127.0.0.1:0;transport=ws", "sip:127.0.0.1:0;transport=udp"]);
  const slow = connect(portOf(plain.engine, "ws"), "127.0.0.1");
  slow.write("GET / HTTP/1.1\r\n");
  const dribble = setInterval(() => slow.write("X"), 500);
  const silent = connect(port, "127.0.0.1");
  await Promise.all(
    [slow, silent].map((socket) => {
      socket.on("error", () => undefined).resume();
      return new Promise((resolve) => socket.once("close", resolve));
    }),
  );
  clearInterval(dribble);
  await plain.close();
}, 30_000);
