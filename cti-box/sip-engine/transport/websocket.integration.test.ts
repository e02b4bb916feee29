/** A browser's way in: SIP over WebSocket, registration, and being called back over the same connection (RFC 7118). */
import { once } from "node:events";
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf } from "../testing/raw-peer.ts";

let application: ConnectedApplication;
let url: string;
beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=ws", "sip:127.0.0.1:0;transport=udp"]);
  url = `ws://127.0.0.1:${portOf(application.engine, "ws")}`;
});
afterEach(() => application.close());

const registerOf = (user: string): string =>
  [
    "REGISTER sip:office.example SIP/2.0",
    "Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKasudf",
    `From: <sip:${user}@office.example>;tag=reg`,
    `To: <sip:${user}@office.example>`,
    `Call-ID: register-${user}`,
    "CSeq: 1 REGISTER",
    "Max-Forwards: 70",
    `Contact: <sip:${user}@df7jal23ls0d.invalid;transport=ws>;expires=300`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");

async function register(user: string): Promise<WebSocket> {
  application.srf.use("register", (req, res) => {
    (res as Srf.SrfResponse).send(200, { headers: { Contact: req.get("contact"), Expires: "300" } });
  });
  const page = new WebSocket(url, "sip");
  await once(page, "open");
  const answer = once(page, "message");
  page.send(registerOf(user));
  expect(String((await answer)[0])).toMatch(/^SIP\/2\.0 200/);
  return page;
}

describe("a page", () => {
  it("registers and is called over its own connection", async () => {
    const page = await register("anna");
    const called = once(page, "message");
    const call = application.srf.createUAC("sip:anna@df7jal23ls0d.invalid;transport=ws", { localSdp: exampleSdp });
    const invite = String((await called)[0]);
    expect(invite).toMatch(/^INVITE sip:anna@df7jal23ls0d\.invalid;transport=ws SIP\/2\.0/);
    expect(headerOf(invite, "Via")).toMatch(/^SIP\/2\.0\/WS /);
    expect(headerOf(invite, "Contact")).toContain(";transport=ws");
    const answer = invite.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
    const acknowledged = once(page, "message");
    page.send(
      [
        "SIP/2.0 200 OK",
        ...answer,
        `To: ${headerOf(invite, "To")};tag=page`,
        "Contact: <sip:anna@df7jal23ls0d.invalid;transport=ws>",
        "Content-Type: application/sdp",
        `Content-Length: ${exampleSdp.length}`,
        "",
        exampleSdp,
      ].join("\r\n"),
    );
    expect(String((await acknowledged)[0])).toMatch(/^ACK /);
    const ended = once(page, "message");
    (await call).destroy();
    expect(String((await ended)[0])).toMatch(/^BYE /);
    page.close();
  });

  it("that went away cannot be called any more: 503 at once", async () => {
    const page = await register("bruno");
    page.terminate();
    await expect.poll(async () => (await application.engine.load()).bindings).toBe(0);
    await expect(
      application.srf.createUAC("sip:bruno@df7jal23ls0d.invalid;transport=ws", { localSdp: exampleSdp }),
    ).rejects.toMatchObject({ status: 503 });
  });

  it("without the sip sub-protocol is not let in", async () => {
    const page = new WebSocket(url);
    await expect(once(page, "open")).rejects.toThrow(/40[0-9]/);
  });

  it("gets a keep-alive answered (RFC 5626)", async () => {
    const page = new WebSocket(url, "sip");
    await once(page, "open");
    const pong = once(page, "message");
    page.send("\r\n\r\n");
    expect(String((await pong)[0])).toBe("\r\n");
    page.close();
  });
});
