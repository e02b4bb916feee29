/** Carriers that negotiate media in their own ways: no offer in the INVITE, a fax in the middle of a call. Judged by what citizen and operator hear. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Carrier, type CitizenCall } from "../../bin/carrier/carrier.ts";
import { shareOfTone, tone } from "../../bin/carrier/sound.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";

const citizenHz = 800;
const operatorHz = 440;
let network: PhoneNetwork;
let carrier: Carrier;
let office: OfficeProcess;
let phone: BaresipPhone;
let reader: OfficeReader;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const host = network.addHost();
  const carrierAddress = network.addOfficeAddress();
  carrier = await Carrier.open(carrierAddress);
  const { address } = network;
  office = await startOfficeProcess(
    officeConfig({ officeId: "x_test1", address, carrierAddress, operators: ["anna"] }),
  );
  reader = new OfficeReader(office.url);
  phone = await openOperatorPhone({ user: "anna", domain: address, host, toneHz: operatorHz, answer: "auto" });
});
afterAll(async () => {
  await phone?.close();
  await office?.close();
  await carrier?.close();
  network?.close();
});

async function call(describedIn: "invite" | "ack"): Promise<CitizenCall> {
  const placed = await carrier.placeCall({
    number: officeNumber,
    box: `${network.address}:5060`,
    caller: { number: "+393315550123", displayName: "Carla Bianchi" },
    describedIn,
  });
  placed.audio.play(tone(citizenHz, 1));
  return placed;
}

/** Each of the two hears the other's tone. */
async function hearEachOther(placed: CitizenCall): Promise<void> {
  const sinceMs = Date.now();
  await hearsTone(phone, citizenHz);
  await expect.poll(() => placed.audio.firstHeardAt(operatorHz, sinceMs), { timeout: 8_000 }).not.toBeNull();
  // The last of the music may still be in what was heard.
  await expect.poll(() => shareOfTone(placed.audio.heard(0.3), operatorHz), { timeout: 8_000 }).toBeGreaterThan(0.6);
}

async function isOverWithoutFaults(placed: CitizenCall): Promise<void> {
  await placed.hangUp();
  await reader.event("call-ended");
  expect(await reader.callsInProgress()).toBe(0);
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
}

test("a call without an offer: citizen and operator hear each other", async () => {
  const placed = await call("ack");
  await reader.event("call-answered");
  await hearEachOther(placed);
  await isOverWithoutFaults(placed);
});

test("a fax (T.38) is refused with 488 and the conversation goes on", async () => {
  const placed = await call("invite");
  await reader.event("call-answered");
  await hearEachOther(placed);
  expect(await placed.offerFax()).toBe(488);
  await hearEachOther(placed);
  await isOverWithoutFaults(placed);
});

test("a re-INVITE without an offer: that the caller holds stands in its ACK", async () => {
  const call = { from: carrier.address, target: `${network.address}:5060`, number: officeNumber, pauseMs: 800 };
  const placed = runSipp({ scenario: "hold-in-the-ack", ...call });
  await reader.event("call-answered");
  expect(await reader.event("call-held")).toMatchObject({ heldBy: "caller" });
  await placed;
  await reader.event("call-ended");
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
