/** The engine between scripted telephones (sipp): registration with digest over UDP and TCP, hold, blind and attended transfer through the tests' exchange. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../cti-box/sip-engine/testing/sipp/run-scenario.ts";
import { Exchange } from "./exchange.ts";
import { playSipp, type SippPart } from "./sipp-party.ts";

const host = "127.0.0.1";
let exchange: Exchange;
let address: string;

beforeEach(async () => {
  exchange = await Exchange.open([`sip:${host}:0;transport=udp,tcp`], {
    realm: "exchange.example",
    algorithmsFor: () => ["MD5"],
    passwords: new Map(["anna", "bruno", "carla"].map((user) => [user, `password-of-${user}`])),
  });
  address = exchange.engine.contacts[0]?.replace("udp/", "") ?? "";
});
afterEach(() => exchange.close());

/** Registers the user and lets it wait for a call; resolves when it rang, was let go and everything went as scripted. */
async function waiting(user: string, transport: "udp" | "tcp"): Promise<{ ended: Promise<void> }> {
  const port = await freePort();
  const phone: Omit<SippPart, "scenario"> = { host, port, user, transport, password: `password-of-${user}` };
  await playSipp({ ...phone, scenario: "register", exchange: address });
  const ended = playSipp({ ...phone, scenario: "party" });
  // Who waits for it may do so later; until then a failure is not unheard of.
  ended.catch(() => undefined);
  return { ended };
}

async function caller(scenario: "transferor" | "caller-stays", more: Partial<SippPart>): Promise<void> {
  const port = await freePort();
  await playSipp({ scenario, host, port, user: "anna", exchange: address, ...more });
}

const quiet = (): Promise<void> => expect.poll(() => exchange.isQuiet(), { timeout: 10_000 }).toBe(true);

describe.each(["udp", "tcp"] as const)("over %s, sipp", (transport) => {
  it("registers with MD5 and is known by its contact", async () => {
    const port = await freePort();
    const phone: Omit<SippPart, "scenario"> = { host, port, user: "bruno", transport, exchange: address };
    await playSipp({ ...phone, scenario: "register", password: "password-of-bruno" });
    expect(exchange.registrar.of("bruno")).toMatchObject({ algorithm: "MD5", protocol: transport });
    await expect(playSipp({ ...phone, user: "carla", scenario: "register", password: "a guess" })).rejects.toThrow(
      /401/,
    );
    expect(exchange.registrar.of("carla")).toBeUndefined();
  });

  it("holds, resumes and hands its call on by a blind transfer", async () => {
    const bruno = await waiting("bruno", transport);
    const carla = await waiting("carla", transport);
    const transferor = caller("transferor", { transport, service: "bruno", referTo: `sip:carla@${host}` });
    await transferor;
    expect(exchange.switchboard.story).toEqual(["call to bruno", "hold", "resume", "transferred to carla"]);
    exchange.switchboard.endAll();
    await Promise.all([bruno.ended, carla.ended]);
    await quiet();
  });

  it("joins the other sides of two calls by an attended transfer with Replaces", async () => {
    const bruno = await waiting("bruno", transport);
    const carla = await waiting("carla", transport);
    const first = caller("caller-stays", { transport, service: "bruno" });
    await expect.poll(() => exchange.switchboard.story).toEqual(["call to bruno"]);
    const { callId, toTag, fromTag } = exchange.switchboard.dialogOfCaller();
    const replaces = encodeURIComponent(`${callId};to-tag=${toTag};from-tag=${fromTag}`);
    await caller("transferor", { transport, service: "carla", referTo: `sip:bruno@${host}?Replaces=${replaces}` });
    await first;
    expect(exchange.switchboard.story.at(-1)).toBe("transferred with Replaces");
    exchange.switchboard.endAll();
    await Promise.all([bruno.ended, carla.ended]);
    await quiet();
  });
});
