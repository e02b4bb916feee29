/**
 * A box is killed while a citizen and an operator write to each other (RFC 4103 beside the sound, the operator at a page in Chromium; engine in a process of its own, media at an rtpengine): the next box goes
 * on with the call and its text, and nothing is read twice.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Carrier } from "../../bin/carrier/carrier.ts";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { OperatorPage } from "../../bin/demo/operator-page.ts";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { TextPeer } from "../../cti-box/testing/media-peers/text-peer.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";

const patience = { timeout: 15_000, interval: 50 };
let network: PhoneNetwork;
let rtpengine: RtpengineProcess;
let office: OfficeProcess;
let carrier: Carrier;
let citizen: TextPeer;
let anna: OperatorPage;

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  network = PhoneNetwork.open();
  const { address } = network;
  const carrierAddress = network.addOfficeAddress();
  rtpengine = await startRtpengine({ address });
  const { ngHost, ngPort } = rtpengine;
  const config = officeConfig({ officeId: "x_test1", address, carrierAddress, operators: ["anna"] });
  office = await startOfficeProcess({
    ...config,
    // The page finds the box again where it was.
    api: { listen: { host: "127.0.0.1", port: 20_000 + Math.floor(Math.random() * 10_000) } },
    engine: { kind: "own-process" },
    media: { kind: "rtpengine", ngHost, ngPort },
  });
  carrier = await Carrier.open(carrierAddress);
  citizen = await TextPeer.open({ address: carrierAddress });
  const link = office.oneTimeLinks["anna"] ?? "";
  anna = await OperatorPage.open({ name: "anna", program, link, toneHz: 440, tickets: "none" });
});
afterAll(async () => {
  await anna?.close();
  await carrier?.close();
  await citizen?.close();
  await office?.close();
  await rtpengine?.close();
  network?.close();
});

const turns = (): Promise<string[]> => anna.page.locator(".la2-turn p").allTextContents();
const citizenWrites = (words: string): void => citizen.write(Array.from(`${words}\u2028`));

async function annaWrites(words: string): Promise<void> {
  await anna.page.locator("[data-text-field]").focus();
  await anna.page.keyboard.type(words);
  await anna.page.keyboard.press("Enter");
}

test("text goes on after the box was killed, both ways, and nothing is read twice", async () => {
  const caller = { number: "+393315550123", displayName: "Carla Bianchi" };
  const box = `${network.address}:5060`;
  const call = await carrier.placeCall({ number: officeNumber, box, caller, text: citizen });
  await anna.event("la2-call-ringing", { canAnswer: true }, call.invitedAtMs);
  await anna.click("action.answer");
  citizenWrites("Prima del guasto.");
  await expect.poll(turns, patience).toContain("Prima del guasto.");
  await annaWrites("Leggo.");
  await expect.poll(() => citizen.text, patience).toMatch(/Leggo\.\s*$/);

  const killedAt = Date.now();
  await office.kill();
  office = await office.restart();
  const reader = new OfficeReader(office.url);
  expect(await reader.callsInProgress()).toBe(1);
  await anna.page.locator("main[data-link-box=connected][data-link-phone=connected]").waitFor({ timeout: 20_000 });
  process.stdout.write(`text: the page is back ${Date.now() - killedAt} ms after the kill of the box\n`);
  citizenWrites("Dopo il guasto.");
  await expect.poll(turns, patience).toContain("Dopo il guasto.");
  await annaWrites("Leggo ancora.");
  await expect.poll(() => citizen.text, patience).toMatch(/Leggo\.\s+Leggo ancora\.\s*$/);
  expect((await turns()).filter((words) => words.includes("Prima del guasto."))).toHaveLength(1);
  expect((await turns()).filter((words) => words.includes("Dopo il guasto."))).toHaveLength(1);
  await call.hangUp();
  await expect.poll(() => reader.callsInProgress(), patience).toBe(0);
  expect((await reader.records()).at(-1)).toMatchObject({ endCause: "caller-hung-up", operatorLogins: ["anna"] });
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
