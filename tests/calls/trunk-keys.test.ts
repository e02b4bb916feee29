/**
 * Keys over trunks that do not carry them as events, through the built-in relay: a carrier with tones in the sound, and one with INFO, which is a real telephone
 * (baresip). An operator presses keys on a real telephone; a citizen rates the service.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Carrier } from "../../bin/carrier/carrier.ts";
import { PromptFiles } from "../../cti-box/src/adapters/media/prompt-files.ts";
import { hearsSpeech } from "../../cti-box/testing/media-peers/speech.ts";
import { keyIn, KEY_COLUMNS_HZ, KEY_ROWS_HZ } from "../../cti-box/testing/media-peers/tones.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { CitizenCall } from "../../bin/carrier/carrier.ts";

const prompts = new PromptFiles();
let network: PhoneNetwork;
let tones: Carrier;
let info: BaresipPhone;
let office: OfficeProcess;
let reader: OfficeReader;
let anna: BaresipPhone;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const { address } = network;
  const host = network.addHost();
  const carrierAddress = network.addOfficeAddress();
  tones = await Carrier.open(carrierAddress);
  const config = officeConfig({
    officeId: "x_test1",
    address,
    carrierAddress,
    operators: ["anna"],
    trunk: { dtmf: "inband" },
    moreTrunks: [{ trunkId: "info", carrier: "Carrier with INFO", addresses: [host.address], dtmf: "info" }],
  });
  office = await startOfficeProcess({ ...config, queues: [{ queueId: "urp", label: "URP", survey: {} }] });
  reader = new OfficeReader(office.url);
  const account = { user: "+393331234567", domain: host.address };
  info = await BaresipPhone.open({ host, account, toneHz: 1000, answer: "manual" });
  const where = { domain: address, host: network.addHost() };
  anna = await openOperatorPhone({ user: "anna", ...where, toneHz: 440, answer: "auto" });
});
afterAll(async () => {
  await info?.close();
  await anna?.close();
  await tones?.close();
  await office?.close();
  network?.close();
});
beforeEach(async () => {
  info.startAfresh();
  anna.startAfresh();
  await reader.startAfresh();
});

/** A key for 100 ms, then silence for longer than the test needs. */
function keySound(row: number, column: number): Int16Array {
  const [low = 0, high = 0] = [KEY_ROWS_HZ[row], KEY_COLUMNS_HZ[column]];
  const wave = (hz: number, index: number): number => 5000 * Math.sin((2 * Math.PI * hz * index) / 8000);
  return Int16Array.from({ length: 8000 * 30 }, (_, index) => (index < 800 ? wave(low, index) + wave(high, index) : 0));
}

/** Keys heard in the last three seconds, in their order. */
function keysHeard({ audio }: CitizenCall): string {
  const heard = audio.heard(3);
  const pieces = Array.from({ length: Math.floor(heard.length / 160) }, (_, at) =>
    heard.slice(at * 160, at * 160 + 160),
  );
  return pieces
    .map((piece) => keyIn(piece) ?? "-")
    .join("")
    .replaceAll(/(.)\1+/g, "$1")
    .replaceAll("-", "");
}

test("an operator's keys reach a citizen as tones, and the citizen's tones are keys of the office's menus", async () => {
  const caller = { number: "+393331234567", displayName: "Citizen" };
  const citizen = await tones.placeCall({ number: officeNumber, box: `${network.address}:5060`, caller });
  await reader.event("call-answered");
  for (const key of ["7", "3"]) {
    anna.command("sndcode", key);
    await expect.poll(() => keysHeard(citizen), { timeout: 5_000 }).toContain(key);
  }
  anna.command("hangup");
  const ear = { lately: (ms: number): number[] => [...citizen.audio.heard(ms / 1000)] };
  await hearsSpeech(ear, await prompts.sound("it", "survey"), 15_000);
  citizen.audio.play(keySound(0, 1));
  expect(await reader.event("call-rated")).toMatchObject({ rating: 2 });
  expect(await citizen.ended).toBe("office");
});

test("an operator's keys reach a telephone behind a trunk with INFO", async () => {
  info.command("dial", `sip:${officeNumber}@${network.address}`);
  await reader.event("call-answered");
  for (const key of ["7", "#"]) {
    anna.command("sndcode", key);
    expect((await info.event("CALL_DTMF_START")).param).toBe(key);
  }
  info.command("hangup");
  await reader.event("call-ended");
  expect(office.log()).not.toMatch(/left something behind|"level":50|"level":40.*key/);
});
