/** Trunks changed from the command line while an office runs and a carrier's call is up; kept over a power cut. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CarrierRegistrar } from "../office/carrier-registrar.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runLa2 } from "../playground/la2-process.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const password = "secret of the office";
let network: PhoneNetwork;
let fileCarrier: string;
let newCarrier: string;
let office: OfficeProcess;
let registrar: CarrierRegistrar;
let folder = "";
let config: Record<string, unknown>;

beforeAll(async () => {
  network = PhoneNetwork.open();
  fileCarrier = network.addOfficeAddress();
  network.addHost();
  newCarrier = network.addOfficeAddress();
  folder = mkdtempSync(join(tmpdir(), "la2-trunk-changes-"));
  registrar = await CarrierRegistrar.open(newCarrier, { username: "office-auth", password });
  config = {
    ...officeConfig({
      officeId: "x_test1",
      address: network.address,
      carrierAddress: fileCarrier,
      operators: ["anna"],
      sip: { trace: true },
    }),
    dataDirectory: join(folder, "data"),
  };
  office = await startOfficeProcess(config);
});
afterAll(async () => {
  await office?.close();
  registrar?.close();
  network?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function la2(...words: string[]): Promise<{ code: number | null; words: string }> {
  const listen = { host: "127.0.0.1", port: Number(new URL(office.url).port) };
  const file = join(folder, "office.json");
  writeFileSync(file, JSON.stringify({ ...config, api: { listen } }));
  const run = runLa2(["trunk", ...words, "--config", file]);
  return { code: await run.ended, words: run.words() };
}

const account = (user: string): string[] => [
  `account.user=${user}`,
  "account.authUser=office-auth",
  `account.password=${password}`,
  `account.registrar=sip:${newCarrier}:5060`,
];

test("a wrong trunk is refused with every fault", async () => {
  const { code, words } = await la2(
    "add",
    "fresh",
    "carrier=Fresh",
    `addresses=${fileCarrier}`,
    "numbers=+39055*",
    "capacity=many",
  );
  expect(code).toBe(1);
  expect(words).toMatch(/^ {2}(addresses|capacity)(\.\d+)?: /m);
});

test("one that is added registers at once, takes the carrier's calls, and is there after a power cut", async () => {
  const trunk = ["carrier=Fresh", `addresses=${newCarrier}`, "codecs=PCMA,PCMU", "realTimeText=yes"];
  const added = await la2("add", "fresh", ...trunk, ...account("0612345"));
  expect(added).toEqual({ code: 0, words: expect.stringContaining('"user": "0612345"') });
  expect(added.words).toContain('"realTimeText": true');
  expect(added.words).not.toContain(password);
  expect(await registrar.saw(({ user, expiresSeconds }) => user === "0612345" && expiresSeconds > 0)).toMatchObject({
    status: 200,
  });
  await office.kill();
  office = await office.restart();
  const reader = new OfficeReader(office.url);
  await reader.registration("fresh", "registered");
  expect(statSync(join(folder, "data", "trunk-changes.json")).mode & 0o777).toBe(0o600);
});

test("SRTP, keys in INFO and session timers are set from the command line, and the carrier's next call goes by them", async () => {
  const reader = new OfficeReader(office.url);
  await reader.startAfresh();
  const sipp = { target: `${network.address}:5060`, from: fileCarrier, number: officeNumber };
  const key = randomBytes(30).toString("base64");
  const offer = [
    "RTP/SAVP 8 101",
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`,
    "a=rtpmap:101 telephone-event/8000",
  ];
  await runSipp({ ...sipp, scenario: "expect-refusal", offer, status: 488 });
  const settings = ["srtp=optional", "dtmf=info", "sessionTimer.mode=request", "sessionTimer.seconds=600"];
  const changed = await la2("set", "carrier", ...settings, "sessionTimer.refresher=us");
  expect(changed).toEqual({ code: 0, words: expect.stringContaining('"srtp": "optional"') });
  const answered = { answer: "RTP/SAVP 8[^0-9 ].*a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:[A-Za-z0-9+/]+" };
  const inHeaders = ["Supported: timer"];
  await runSipp({ ...sipp, ...answered, scenario: "call-and-hang-up", offer, headers: inHeaders });
  await reader.event("call-ended");
  const { callId } = (await reader.records()).at(-1) ?? { callId: "" };
  const messages = (await reader.trace(callId))?.legs.flatMap((leg) => leg.messages.map(({ text }) => text)) ?? [];
  const accepted = messages.find((text) => text.startsWith("SIP/2.0 200"));
  expect(accepted).toMatch(/^Session-Expires: *600; *refresher=uas\r?$/im);
  expect(messages.join("")).not.toContain(key);
  expect((await la2("set", "carrier", "srtp=off", "dtmf=", "sessionTimer=")).code).toBe(0);
  await runSipp({ ...sipp, scenario: "expect-refusal", offer, status: 488 });
});

test("SRTP without TLS, and what is no setting, are refused in the words of the command line, and the trunk is as before", async () => {
  const { words: before } = await la2("history");
  const outbound = ["outbound.uri=sip:carrier.example", "outbound.callerId.number=+390695550100"];
  const inTheClear = await la2("set", "carrier", "srtp=required", ...outbound);
  expect(inTheClear).toEqual({ code: 1, words: expect.stringMatching(/^ {2}outbound\.uri: needs TLS/m) });
  const timer = ["sessionTimer.mode=request", "sessionTimer.seconds=10"];
  const { code, words } = await la2("set", "carrier", "srtp=yes", "dtmf=morse", ...timer);
  expect(code).toBe(1);
  for (const field of ["srtp", "dtmf", "sessionTimer.seconds"]) expect(words).toContain(`\n  ${field}: `);
  expect((await la2("history")).words).toBe(before);
});

test("a carrier's call goes on when its trunk is removed; the next one is a stranger's", async () => {
  const reader = new OfficeReader(office.url);
  await reader.startAfresh();
  const sipp = { target: `${network.address}:5060`, from: fileCarrier, number: officeNumber };
  const call = runSipp({ ...sipp, scenario: "call-and-hang-up", pauseMs: 4_000 });
  await reader.event("call-queued");
  expect((await la2("remove", "carrier")).code).toBe(0);
  await runSipp({ ...sipp, scenario: "expect-refusal", status: 403 });
  await call;
  expect((await reader.event("call-ended")).endCause).toBe("caller-gave-up");
  expect((await la2("reset", "carrier")).code).toBe(0);
  await runSipp({ ...sipp, scenario: "call-and-hang-up" });
});

test("a removed account is given back to its carrier, and all of it can be read about later", async () => {
  expect((await la2("remove", "fresh")).code).toBe(0);
  await registrar.saw(
    ({ user, expiresSeconds, status }) => user === "0612345" && expiresSeconds === 0 && status === 200,
  );
  const { words } = await la2("history");
  expect(words).toMatch(/fresh removed by program, for \S+/);
  expect(words).toMatch(/fresh added by program, for \S+\n(.*\n)+? +account\.password: \(none\) -> \*\*\*/);
  expect(words).toMatch(/carrier reset[\s\S]+carrier removed/);
  expect(words + office.log()).not.toContain(password);
});
