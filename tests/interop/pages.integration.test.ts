/** Pages at the tests' exchange: they register over secure WebSockets with either digest, and are called over the same connection. */
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { portOf } from "../../cti-box/sip-engine/testing/connected-application.ts";
import { PagePeer } from "../../cti-box/sip-engine/testing/page-peer.ts";
import { exampleSdp, headerOf } from "../../cti-box/sip-engine/testing/raw-peer.ts";
import { freePort } from "../../cti-box/sip-engine/testing/sipp/run-scenario.ts";
import { makeCertificates } from "../../cti-box/sip-engine/testing/throwaway-certificates.ts";
import { authorizationFor } from "../../cti-box/testing/signalling-scene.ts";
import { Exchange } from "./exchange.ts";
import { playSipp } from "./sipp-party.ts";

const host = "127.0.0.1";
const certificates = makeCertificates();
afterAll(() => certificates.remove());

let exchange: Exchange;
let page: PagePeer;

beforeEach(async () => {
  exchange = await Exchange.open(
    [`sips:${host}:0;transport=wss`, `sip:${host}:0;transport=udp`],
    {
      realm: "exchange.example",
      algorithmsFor: (user) => (user === "anna" ? ["SHA-256"] : ["MD5"]),
      passwords: new Map([
        ["anna", "password-of-anna"],
        ["bruno", "password-of-bruno"],
      ]),
    },
    { tls: certificates.server },
  );
  page = await PagePeer.open(portOf(exchange.engine, "wss"), { ca: readFileSync(certificates.caFile) });
});
afterEach(async () => {
  page.socket.terminate();
  await exchange.close();
});

async function registered(user: string): Promise<void> {
  const challenge = headerOf(await page.register(user, 1), "WWW-Authenticate");
  const request = { method: "REGISTER", uri: "sip:office.example", username: user, password: `password-of-${user}` };
  const answer = await page.register(user, 2, { authorization: authorizationFor(challenge, request) });
  expect(answer).toMatch(/^SIP\/2\.0 200/);
}

describe("a page over a secure WebSocket", () => {
  it.each([
    ["SHA-256", "anna"],
    ["MD5", "bruno"],
  ])("registers with %s, and is called over its own connection", async (algorithm, user) => {
    await registered(user);
    expect(exchange.registrar.of(user)).toMatchObject({ algorithm });
    const address = `${host}:${portOf(exchange.engine, "udp")}`;
    const caller = playSipp({
      scenario: "caller-stays",
      host,
      port: await freePort(),
      user: "x",
      exchange: address,
      service: user,
    });
    const invite = await page.receive(/^INVITE /);
    expect(headerOf(invite, "Via")).toMatch(/^SIP\/2\.0\/WSS /);
    page.answer(invite, "200 OK", exampleSdp);
    await page.receive(/^ACK /);
    await expect.poll(() => exchange.switchboard.story).toEqual([`call to ${user}`]);
    exchange.switchboard.endAll();
    page.answer(await page.receive(/^BYE /), "200 OK");
    await caller;
    await expect.poll(() => exchange.isQuiet()).toBe(true);
  });
});
