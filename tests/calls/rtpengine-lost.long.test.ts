/**
 * rtpengines are killed while people talk: a citizen at a telephone (baresip), an operator at a page (Chromium: ICE, DTLS-SRTP, Opus), a colleague at a desk phone. Calls go to the other
 * rtpengine, and when none is left to the box's own relay. Judged by ear: each hears from there on what the others say; how long it took stands in the test's output.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { OperatorPage } from "../../bin/demo/operator-page.ts";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { pageCommand } from "../office/page-command.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { heardSoFar, hearsAnew, hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";

const tones = { citizen: 1000, anna: 440, bruno: 700 };
const metricsPort = 20_000 + Math.floor(Math.random() * 10_000);
let network: PhoneNetwork;
let rtpengines: [RtpengineProcess, RtpengineProcess];
let office: OfficeProcess;
let reader: OfficeReader;
let citizen: BaresipPhone;
let bruno: BaresipPhone;
let anna: OperatorPage;
let callId: string;

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  network = PhoneNetwork.open();
  const { address } = network;
  const hosts = { citizen: network.addHost(), bruno: network.addHost() };
  rtpengines = [await startRtpengine({ address }), await startRtpengine({ address })];
  const [first, second] = rtpengines.map(({ ngHost, ngPort }) => ({ ngHost, ngPort }));
  const config = officeConfig({
    officeId: "x_test1",
    address,
    carrierAddress: hosts.citizen.address,
    operators: ["anna", "bruno"],
  });
  const [annasAccount, brunosAccount] = config["operators"] as object[];
  office = await startOfficeProcess({
    ...config,
    // Citizens ring at the page; Bruno is asked by her alone.
    queues: [
      { queueId: "urp", label: "URP" },
      { queueId: "back", label: "Back office" },
    ],
    operators: [
      { ...annasAccount, queues: ["urp"] },
      { ...brunosAccount, queues: ["back"] },
    ],
    media: {
      kind: "rtpengine",
      ...first,
      others: [second],
      fallback: { kind: "relay", listenAddress: address },
    },
    metrics: { port: metricsPort },
  });
  reader = new OfficeReader(office.url);
  const account = { user: "+393315550123", domain: hosts.citizen.address };
  citizen = await BaresipPhone.open({ host: hosts.citizen, account, toneHz: tones.citizen, answer: "manual" });
  bruno = await openOperatorPhone({
    user: "bruno",
    domain: address,
    host: hosts.bruno,
    toneHz: tones.bruno,
    answer: "auto",
  });
  const link = office.oneTimeLinks["anna"] ?? "";
  anna = await OperatorPage.open({ name: "anna", program, link, toneHz: tones.anna, tickets: "none" });
});
afterAll(async () => {
  await anna?.close();
  for (const phone of [citizen, bruno]) await phone?.close();
  await office?.close();
  for (const rtpengine of rtpengines ?? []) await rtpengine.close();
  network?.close();
});

/** Both rtpengines are there, and the citizen talks to Anna over the first one. */
beforeEach(async () => {
  await backInPlace();
  for (const phone of [citizen, bruno]) phone.startAfresh();
  await reader.startAfresh();
  callId = await callIn();
});
afterEach(async () => {
  for (const phone of [citizen, bruno]) phone.command("hangup");
  await expect.poll(() => reader.callsInProgress(), { timeout: 15_000 }).toBe(0);
  await anna.untilFree();
  expect(office.log()).not.toMatch(/left something behind/);
});

async function backInPlace(): Promise<void> {
  for (const [index, rtpengine] of rtpengines.entries()) {
    if (rtpengine.process.signalCode === null && rtpengine.process.exitCode === null) continue;
    rtpengines[index] = await startRtpengine({ address: network.address, port: rtpengine.ngPort });
  }
  await expect.poll(() => status(), { timeout: 10_000 }).toMatchObject({ status: "ok" });
}

async function status(): Promise<unknown> {
  return (await fetch(`${office.url}/api/status`)).json();
}

async function callIn(): Promise<string> {
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  const ringing = await reader.event("call-ringing");
  await anna.click("action.answer");
  await reader.event("call-answered");
  await Promise.all([anna.hears(tones.citizen), hearsTone(citizen, tones.anna)]);
  return ringing.call.callId;
}

/** Kills them, and says how long it took until these hear what they are to hear. The page hears one tone at a time: the louder one, or either of two. */
async function lose(
  lost: readonly RtpengineProcess[],
  hears: { citizen?: readonly number[]; bruno?: readonly number[]; anna?: number },
): Promise<number> {
  await Promise.all(lost.map((rtpengine) => rtpengine.kill()));
  const killedAt = performance.now();
  const before = { citizen: heardSoFar(citizen), bruno: heardSoFar(bruno) };
  await expect.poll(() => moved(), { timeout: 10_000, interval: 50 }).toBeGreaterThan(movedBefore);
  await Promise.all([
    hears.citizen === undefined ? null : hearsAnew(citizen, hears.citizen, before.citizen),
    hears.bruno === undefined ? null : hearsAnew(bruno, hears.bruno, before.bruno),
    hears.anna === undefined ? null : anna.hears(hears.anna, 15_000),
  ]);
  return (performance.now() - killedAt) / 1_000;
}

let movedBefore = 0;

async function measured(name: string): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, "m").exec(page)?.[1] ?? "0");
}

const moved = (): Promise<number> => measured("la2_media_moved_calls_total");

async function consult(): Promise<string> {
  const transferId = ulid();
  const target = { kind: "operator", operatorLogin: "bruno" };
  const order = { transferId, mode: "attended", target, ticketId: null, reason: "other", message: "" };
  expect(await pageCommand(anna.page, { method: "POST", path: `/api/calls/${callId}/transfers`, body: order })).toBe(
    202,
  );
  await reader.event("call-consulting");
  await Promise.all([anna.hears(tones.bruno), hearsTone(bruno, tones.anna), hearsMusic(citizen, Object.values(tones))]);
  return transferId;
}

async function confer(): Promise<void> {
  const path = `/api/calls/${callId}/transfers/${await consult()}/consultation`;
  expect(await pageCommand(anna.page, { method: "PUT", path, body: { talkingTo: "everybody" } })).toBe(204);
  await Promise.all([
    hearsAnew(citizen, [tones.anna, tones.bruno], 0),
    hearsAnew(bruno, [tones.anna, tones.citizen], 0),
  ]);
}

function note(what: string, seconds: number): void {
  process.stdout.write(`rtpengine lost, ${what}: they hear each other again after ${seconds.toFixed(1)} s\n`);
}

beforeEach(async () => {
  movedBefore = await moved();
});

describe("one rtpengine is lost", () => {
  test("page and telephone go on over the other one, and the administrator is told", async () => {
    note("a call", await lose([rtpengines[0]], { citizen: [tones.anna], anna: tones.citizen }));
    expect(await status()).toMatchObject({ status: "degraded", media: { ok: true } });
    expect(office.log()).toMatch(/an rtpengine does not answer any more/);
    expect(office.log()).toMatch(/rtpengine lost a call: it is set up anew/);
    expect(await measured("la2_media_rtpengine_up")).toBe(0);
    await anna.click("action.hold");
    await hearsMusic(citizen, Object.values(tones));
    await anna.click("action.resume");
    await hearsTone(citizen, tones.anna);
  });

  test("a consultation: operator and colleague talk, the citizen hears the music", async () => {
    await consult();
    note("a consultation", await lose([rtpengines[0]], { bruno: [tones.anna], anna: tones.bruno }));
    await hearsMusic(citizen, Object.values(tones));
  });

  test("a conference: everybody hears everybody", async () => {
    await confer();
    const all = { citizen: [tones.anna, tones.bruno], bruno: [tones.anna, tones.citizen] };
    note("a conference", await lose([rtpengines[0]], all));
    await hearsEither(tones.citizen, tones.bruno);
  });
});

describe("the last rtpengine is lost", () => {
  test("page and telephone go on over the box's own relay; what comes after is served there too, until an rtpengine is back", async () => {
    note("a call, by the relay", await lose(rtpengines, { citizen: [tones.anna], anna: tones.citizen }));
    expect(await status()).toMatchObject({ status: "degraded", media: { ok: true } });
    expect(await measured("la2_media_fallback_legs")).toBe(2);
    expect(office.log()).toMatch(/no rtpengine answers: the embedded relay goes on with the call/);
    await confer();
    await hearsEither(tones.citizen, tones.bruno);
    citizen.command("hangup");
    await reader.event("call-ended");
    await expect.poll(() => reader.callsInProgress(), { timeout: 10_000 }).toBe(0);
    await anna.untilFree();
    await callIn();
    expect(await measured("la2_media_fallback_legs")).toBe(2);
    citizen.command("hangup");
    await reader.event("call-ended");
    await anna.untilFree();
    await backInPlace();
    await callIn();
    expect(await measured("la2_media_fallback_legs")).toBe(0);
  });

  test("a conference: everybody hears everybody", async () => {
    await confer();
    const all = { citizen: [tones.anna, tones.bruno], bruno: [tones.anna, tones.citizen] };
    note("a conference, by the relay", await lose(rtpengines, all));
    await hearsEither(tones.citizen, tones.bruno);
  });
});

/** In a conference the page's strongest tone is the one or the other. */
async function hearsEither(...[one, other]: [number, number]): Promise<void> {
  await Promise.any([anna.hears(one), anna.hears(other)]);
}
