/** A browser's way in: SIP over WebSocket, registration, and being called back over the same connection (RFC 7118). */
import { once } from "node:events";
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { limits } from "../message/parse-message.ts";
import { connectApplication, portOf, statusOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { PagePeer, pageHost } from "../testing/page-peer.ts";
import { exampleSdp, headerOf } from "../testing/raw-peer.ts";

let application: ConnectedApplication;
let port: number;
beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=ws", "sip:127.0.0.1:0;transport=udp"]);
  port = portOf(application.engine, "ws");
  application.srf.use("register", (req, res) => {
    res.send(200, { headers: { Contact: req.get("contact"), Expires: "300" } });
  });
  // The route is known before any peer speaks; the tests' own handlers come after this one.
  application.srf.use("invite", (_req, _res, next) => next());
  await application.settled();
});
afterEach(() => application.close());

async function registered(user: string): Promise<PagePeer> {
  const page = await PagePeer.open(port);
  expect(await page.register(user, 1)).toMatch(/^SIP\/2\.0 200/);
  return page;
}

const call = (user: string): Promise<Srf.Dialog> =>
  application.srf.createUAC(`sip:${user}@${pageHost};transport=ws`, { localSdp: exampleSdp });
const load = (): ReturnType<typeof application.engine.load> => application.engine.load();

describe("a page", () => {
  it("registers and is called over its own connection", async () => {
    const page = await registered("anna");
    const answered = call("anna");
    const invite = await page.receive(/^INVITE /);
    expect(invite).toMatch(/^INVITE sip:anna@df7jal23ls0d\.invalid;transport=ws SIP\/2\.0/);
    expect(headerOf(invite, "Via")).toMatch(/^SIP\/2\.0\/WS /);
    expect(headerOf(invite, "Contact")).toContain(";transport=ws");
    page.answer(invite, "200 OK", exampleSdp);
    await page.receive(/^ACK /);
    const dialog = await answered;
    dialog.destroy();
    page.answer(await page.receive(/^BYE /), "200 OK");
    await expect.poll(async () => (await load()).dialogs).toBe(0);
    page.socket.close();
  });

  it("that comes back over a new connection is reached there, also inside a call that began before", async () => {
    const old = await registered("anna");
    const answered = call("anna");
    old.answer(await old.receive(/^INVITE /), "200 OK", exampleSdp);
    await old.receive(/^ACK /);
    const dialog = await answered;
    old.socket.terminate();
    const page = await registered("anna");
    void dialog.request({
      method: "INFO",
      headers: { "Content-Type": "text/plain" },
      body: "x",
    } as unknown as Srf.SrfRequest);
    page.answer(await page.receive(/^INFO /), "200 OK");
    const second = call("anna");
    page.answer(await page.receive(/^INVITE /), "486 Busy Here");
    await expect(second).rejects.toMatchObject({ status: 486 });
    dialog.destroy();
    page.answer(await page.receive(/^BYE /), "200 OK");
    await expect.poll(async () => (await load()).dialogs).toBe(0);
  });

  it("that registers again before its old connection is noticed gone is reached on the new one", async () => {
    const old = await registered("anna");
    const page = await registered("anna");
    const answered = call("anna");
    page.answer(await page.receive(/^INVITE /), "603 Decline");
    await expect(answered).rejects.toMatchObject({ status: 603 });
    old.socket.terminate();
    await expect.poll(async () => (await load()).bindings).toBe(1);
  });

  it("cannot take over the living contact of somebody else", async () => {
    const anna = await registered("anna");
    const thief = await PagePeer.open(port);
    await thief.register("mallory", 1, { contactUser: "anna" });
    const answered = call("anna");
    anna.answer(await anna.receive(/^INVITE /), "486 Busy Here");
    await expect(answered).rejects.toMatchObject({ status: 486 });
  });

  it("that went away cannot be called any more: 503 at once", async () => {
    const page = await registered("bruno");
    page.socket.terminate();
    await expect.poll(async () => (await load()).bindings).toBe(0);
    await expect(call("bruno")).rejects.toMatchObject({ status: 503 });
  });

  it("that goes away while it rings: the application hears 503 at once and nothing is left", async () => {
    const page = await registered("carla");
    const answered = call("carla");
    const refused = expect(answered).rejects.toMatchObject({ status: 503 });
    page.answer(await page.receive(/^INVITE /), "180 Ringing");
    page.socket.terminate();
    await refused;
    await expect.poll(async () => (await load()).transactions).toBe(0);
  });

  it("that goes away while its own call rings: the application hears a cancel", async () => {
    const page = await registered("dario");
    const cancelled = new Promise<void>((resolve) => {
      application.srf.invite((req, res) => {
        req.on("cancel", () => resolve());
        res.send(180);
      });
    });
    page.invite("dario", "own-call");
    await page.receive(/^SIP\/2\.0 180/);
    page.socket.terminate();
    await cancelled;
  });
});

describe("the listener", () => {
  it("does not let in a page without the sip sub-protocol", async () => {
    for (const protocols of [[], ["chat"]]) {
      const page = new WebSocket(`ws://127.0.0.1:${port}`, protocols);
      await expect(once(page, "open")).rejects.toThrow(/40[0-9]/);
    }
  });

  it("answers a keep-alive (RFC 5626) and a ping", async () => {
    const page = await PagePeer.open(port);
    page.socket.send("\r\n\r\n");
    await page.receive(/^\r\n$/);
    const pong = once(page.socket, "pong");
    page.socket.ping();
    await pong;
  });

  it("ends a connection that sends more than one message may hold, and lives on", async () => {
    const page = await PagePeer.open(port);
    const closed = once(page.socket, "close");
    page.socket.send("x".repeat(limits.messageBytes + 1));
    expect((await closed)[0]).toBe(1009);
    await registered("eva");
  });

  it("survives frames that are no SIP, text or binary, and takes SIP in binary frames", async () => {
    const page = await PagePeer.open(port);
    for (const junk of ["", "x", "\r\n", "GET / HTTP/1.1\r\n\r\n", Buffer.from([0, 255, 254, 13, 10, 13, 10])])
      page.socket.send(junk);
    page.socket.send(
      Buffer.from(
        [
          "OPTIONS sip:x SIP/2.0",
          `Via: SIP/2.0/WS ${pageHost};branch=z9hG4bKbinary`,
          "From: <sip:a@b>;tag=1",
          "To: <sip:x>",
          "Call-ID: binary",
          "CSeq: 1 OPTIONS",
          "",
          "",
        ].join("\r\n"),
      ),
    );
    await page.receive(/^SIP\/2\.0 503[\s\S]*Call-ID: binary/);
  });

  it("ends a connection that answered two pings no more, and keeps one that answers", async () => {
    await application.close();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      application = await connectApplication(["sip:127.0.0.1:0;transport=ws", "sip:127.0.0.1:0;transport=udp"]);
      const url = `ws://127.0.0.1:${portOf(application.engine, "ws")}`;
      const silent = new WebSocket(url, "sip", { autoPong: false });
      const alive = new WebSocket(url, "sip");
      await Promise.all([once(silent, "open"), once(alive, "open")]);
      const gone = once(silent, "close");
      for (const _ping of [1, 2]) {
        const pinged = Promise.all([once(silent, "ping"), once(alive, "ping")]);
        vi.advanceTimersByTime(15_000);
        await pinged;
        // A round trip, so that the pong before it was read.
        const pong = once(alive, "message");
        alive.send("\r\n\r\n");
        await pong;
      }
      vi.advanceTimersByTime(15_000);
      await gone;
      expect(alive.readyState).toBe(alive.OPEN);
    } finally {
      vi.useRealTimers();
    }
  });

  it("text reaches the page in text frames", async () => {
    const page = await registered("fabio");
    const arrived = new Promise<boolean>((resolve) =>
      page.socket.on("message", (_content, isBinary) => resolve(isBinary)),
    );
    const status = statusOf(application.srf, `sip:fabio@${pageHost};transport=ws`, {
      method: "OPTIONS",
      headers: { Subject: "è" },
    });
    expect(await arrived).toBe(false);
    page.answer(await page.receive(/^OPTIONS /), "200 OK");
    expect(await status).toBe(200);
    expect(page.socket.readyState).toBe(page.socket.OPEN);
  });
});
