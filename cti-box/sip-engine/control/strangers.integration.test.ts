/** Strangers and broken applications on the control port: nothing before the secret, nothing without bounds, and the engine lives on. */
import { once } from "node:events";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { RawApplication } from "../testing/raw-application.ts";

let engine: SipEngineHandle;
beforeEach(async () => {
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["right"],
    contacts: ["sip:127.0.0.1:0;transport=udp,tcp"],
    t1Ms: 20,
  });
});
afterEach(() => engine.close());

async function authenticated(): Promise<RawApplication> {
  const application = await RawApplication.open(engine.admin);
  application.send("a|authenticate|right|");
  await application.frame(/\|OK\|/);
  return application;
}

const closed = (application: RawApplication): Promise<unknown> => once(application.socket, "close");

describe("before the secret", () => {
  it.each([
    "m|route|invite",
    "m|remove_route|invite",
    "m|ping",
    "m|proxy|x||||serial|||sip:127.0.0.1\r\nINVITE sip:x SIP/2.0\r\n\r\n",
    "m|sip|x|\r\nSIP/2.0 200 OK\r\n\r\n",
    "m|sip||\r\nINVITE sip:127.0.0.9 SIP/2.0\r\n\r\n",
    "m|authenticate",
    "m|authenticate|",
    "m|authenticate|RIGHT|",
    "m|authenticate|right |",
    "m|authenticate|rightright|",
    "m|authenticate|right|not a tag",
  ])("%j is refused, the connection closed and no request sent", async (payload) => {
    const stranger = await RawApplication.open(engine.admin);
    const gone = closed(stranger);
    stranger.send(payload);
    expect(await stranger.frame()).toMatch(/^[0-9a-f-]{36}\|response\|m\|NO\|/);
    await gone;
    expect((await engine.load()).transactions).toBe(0);
  });

  it("a second guess on the same connection is not looked at", async () => {
    const stranger = await RawApplication.open(engine.admin);
    const gone = closed(stranger);
    stranger.send("m1|authenticate|wrong|");
    stranger.send("m2|authenticate|right|");
    stranger.send("m3|ping");
    expect(await stranger.frame()).toMatch(/\|m1\|NO\|incorrect secret$/);
    await gone;
    expect(stranger.unread).toBe(0);
  });

  it("a large frame closes the connection as soon as its length is known", async () => {
    const stranger = await RawApplication.open(engine.admin);
    const gone = closed(stranger);
    stranger.socket.write("900000#m|authenticate|");
    await gone;
  });

  it("who says nothing for five seconds is let go", async () => {
    const stranger = await RawApplication.open(engine.admin);
    const started = performance.now();
    await closed(stranger);
    expect(performance.now() - started).toBeGreaterThan(4_500);
  });
});

describe("after the secret", () => {
  it.each(["1048577#x", "12345678#x", "-1#x", "1.5#x", "#x", "\0\0\0"])(
    "a broken frame %j ends this connection and no other",
    async (bytes) => {
      const broken = await authenticated();
      const other = await authenticated();
      const gone = closed(broken);
      broken.socket.write(bytes);
      await gone;
      other.send("p|ping");
      await other.frame(/\|p\|OK\|pong$/);
    },
  );

  it("every command is answered exactly once, whatever is in it, and nothing is left", async () => {
    const application = await authenticated();
    const part = fc.oneof(
      fc.constantFrom(
        "",
        "|",
        "x",
        "\r\n",
        "INVITE sip:127.0.0.1 SIP/2.0",
        "SIP/2.0 200 OK",
        "From: ",
        "tel:1",
        "sip:\0@[::1",
        "CANCEL",
        "ACK sip:placeholder SIP/2.0",
        "a;from-tag=b",
      ),
      fc.string({ maxLength: 30 }),
    );
    const command = fc.tuple(
      fc.constantFrom("||", "|x|", "||x;from-tag=y|", "|||sip:nowhere.invalid", "|"),
      fc.array(part, { maxLength: 6 }),
    );
    let number = 0;
    await fc.assert(
      fc.asyncProperty(command, async ([fields, parts]) => {
        number += 1;
        const id = `c${number}`;
        // A status line without transaction id ends the connection by rule (control protocol §3.7): not tried here.
        const text = parts.join("");
        if (/^SIP\//i.test(text)) return;
        application.send(`${id}|sip${fields}\r\n${text}`);
        application.send(`${id}-ping|ping`);
        expect(await application.frame(new RegExp(`\\|response\\|${id}\\|(OK|NOK)`))).toBeDefined();
        await application.frame(new RegExp(`\\|response\\|${id}-ping\\|OK`));
      }),
      { numRuns: 150 },
    );
    application.socket.destroy();
    await expect.poll(async () => (await engine.load()).transactions, { timeout: 5_000 }).toBe(0);
  });
});
