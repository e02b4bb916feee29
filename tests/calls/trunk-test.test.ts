/** `la2 trunk test` of an office whose carriers are right, wrong, or not there at all.  */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CarrierRegistrar } from "../office/carrier-registrar.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runLa2 } from "../playground/la2-process.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { OfficeProcess } from "../office/office-process.ts";

let network: PhoneNetwork;
let office: OfficeProcess;
let registrar: string;
let carrier: CarrierRegistrar;
let folder = "";
let described: string;
const password = "secret of the office";

beforeAll(async () => {
  network = PhoneNetwork.open();
  registrar = network.addOfficeAddress();
  network.addHost();
  described = network.addOfficeAddress();
  const account = { user: officeNumber, authUser: "office-auth", password, registrar: `sip:${registrar}:5060` };
  const outbound = (uri: string) => ({ uri, callerId: { number: officeNumber }, probeSeconds: "off" });
  const { address } = network;
  const more = (trunkId: string, change: object) => ({
    trunkId,
    carrier: trunkId,
    addresses: [`${trunkId}.example`],
    ...change,
  });
  const config = officeConfig({
    officeId: "x_test1",
    address,
    carrierAddress: registrar,
    operators: ["anna"],
    trunk: {},
    moreTrunks: [
      more("unknown-name", { outbound: outbound("sip:nowhere.invalid") }),
      more("nobody", { outbound: outbound(`sip:${address}:5999;transport=tcp`) }),
      more("secure", { outbound: outbound(`sips:${address}:5061`) }),
      more("described", { outbound: outbound(`sip:${described}:5060`) }),
      more("account", { account }),
      more("wrong-account", { account: { ...account, password: "guessed" } }),
    ],
  });
  carrier = await CarrierRegistrar.open(registrar, { username: "office-auth", password });
  office = await startOfficeProcess(config);
  folder = mkdtempSync(join(tmpdir(), "la2-trunk-test-"));
  const listen = { host: "127.0.0.1", port: Number(new URL(office.url).port) };
  writeFileSync(
    join(folder, "office.json"),
    JSON.stringify({ ...config, api: { listen }, dataDirectory: join(folder, "data") }),
  );
});
afterAll(async () => {
  await office?.close();
  carrier?.close();
  network?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function la2Test(...words: string[]): Promise<{ code: number | null; words: string }> {
  const run = runLa2(["trunk", "test", ...words, "--config", join(folder, "office.json")]);
  return { code: await run.ended, words: run.words() };
}

test.each([
  ["carrier", 0, /only takes calls from 10\.231\./],
  ["unknown-name", 1, /WRONG +The name nowhere\.invalid does not exist \(DNS\)/],
  ["nobody", 1, /WRONG +The machine \S+:5999 is there, but nobody listens at that port \(tcp\)/],
  ["secure", 1, /WRONG +The trunk wants tls, and the box has no address that speaks it/],
  ["no-such-trunk", 1, /No trunk is called no-such-trunk/],
])("%s: ends with %i and says why", async (name, code, expected) => {
  expect(await la2Test(name)).toEqual({ code, words: expect.stringMatching(expected) });
});

test("an account that is right is registered, and the exchange is shown without the proof of the password", async () => {
  const { code, words } = await la2Test("account", "--verbose");
  expect([code, words]).toEqual([0, expect.stringMatching(/OK +The carrier has registered the office for 600 s/)]);
  expect(words).toMatch(/>> sent \S+\s+REGISTER sip:[\s\S]+<< received \S+\s+SIP\/2\.0 401/);
  expect(words).toMatch(/Authorization: Digest username="office-auth".*response="\*\*\*"/);
});

test("a wrong password is called that", async () => {
  const { code, words } = await la2Test("wrong-account");
  expect([code, words]).toEqual([
    1,
    expect.stringMatching(/WRONG +The carrier does not accept user and password \(403\)/),
  ]);
  expect(words).not.toContain("guessed");
});

test("keys of SRTP that a carrier shows of its own accord are masked, and nothing else of its description is", async () => {
  const keys = ["d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", "NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj"];
  const description = [
    "v=0",
    `o=- 1 1 IN IP4 ${described}`,
    "s=-",
    `c=IN IP4 ${described}`,
    "t=0 0",
    "m=audio 4000 RTP/SAVP 8",
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${keys[0]}|2^20|1:4`,
    `a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:${keys[1]}`,
  ].join("\r\n");
  const carrierOfSipp = runSipp({
    scenario: "answer-options-described",
    from: described,
    number: officeNumber,
    description,
  });
  const { code, words } = await la2Test("described", "--verbose");
  await carrierOfSipp;
  expect([code, words]).toEqual([0, expect.stringMatching(/OK +The carrier answers/)]);
  expect(words).toMatch(/a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\*\*\*\|2\^20\|1:4\n/);
  expect(words).toMatch(/a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:\*\*\*\n/);
  for (const key of keys) expect(words + office.log()).not.toContain(key);
});
