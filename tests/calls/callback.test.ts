/**
 * A citizen keeps his place by a key and hangs up; the box is killed and comes back; then an operator's phone (baresip) rings, and the citizen (sipp, behind
 * a carrier) is called. What the citizen hears is known by its waveform.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Carrier } from "../../bin/carrier/carrier.ts";
import { PromptFiles } from "../../cti-box/src/adapters/media/prompt-files.ts";
import { hearsSpeech } from "../../cti-box/testing/media-peers/speech.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { PhoneHost } from "../phones/phone-network.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const number = "+393335550123";
const prompts = new PromptFiles();
let network: PhoneNetwork;
let carrier: Carrier;
let secondCarrier: string;
let office: OfficeProcess;
let host: PhoneHost;
let phone: BaresipPhone;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const carrierAddress = network.addOfficeAddress();
  host = network.addHost();
  secondCarrier = network.addOfficeAddress();
  carrier = await Carrier.open(carrierAddress);
  const outbound = {
    uri: `sip:${secondCarrier}:5060;transport=udp`,
    callerId: { number: officeNumber },
    probeSeconds: "off",
  };
  const config = officeConfig({
    officeId: "x_test1",
    address: network.address,
    carrierAddress,
    operators: ["anna"],
    moreTrunks: [{ trunkId: "second", carrier: "Second carrier", addresses: [secondCarrier], outbound }],
  });
  office = await startOfficeProcess({
    ...config,
    queues: [{ queueId: "urp", label: "URP", announcements: {}, callback: { key: "1" } }],
  });
});
afterAll(async () => {
  await phone?.close();
  await carrier?.close();
  await office?.close();
  network?.close();
});

test("asked for by a key, kept over a power cut, and made when an operator is there", async () => {
  let reader = new OfficeReader(office.url);
  const caller = { number, displayName: "Citizen" };
  const citizen = await carrier.placeCall({ number: officeNumber, box: `${network.address}:5060`, caller });
  const ear = { lately: (ms: number): number[] => [...citizen.audio.heard(ms / 1000)] };
  await hearsSpeech(ear, await prompts.sound("it", "callback-1"));
  await citizen.sendInfoDigit("1");
  await hearsSpeech(ear, await prompts.sound("it", "callback-accepted"));
  expect(await citizen.ended).toBe("office");
  const asked = await reader.event("call-ended");
  expect(asked.endCause).toBe("callback-requested");

  await office.kill();
  office = await office.restart();
  reader = new OfficeReader(office.url);
  await reader.startAfresh();
  const called = runSipp({ scenario: "be-called", from: secondCarrier, number });
  phone = await openOperatorPhone({
    user: "anna",
    domain: network.address,
    host,
    toneHz: 440,
    answer: "auto",
  });
  expect(await reader.event("call-ringing")).toMatchObject({ call: { direction: "out", caller: { number } } });
  const answered = await reader.event("call-answered");
  expect(answered.call).toMatchObject({ contactId: asked.call.contactId, queue: { queueId: "urp" } });
  phone.command("hangup");
  await reader.event("call-ended");
  await called;
  const [first, second] = await reader.records();
  expect([first, second]).toMatchObject([
    { direction: "in", endCause: "callback-requested", queueId: "urp" },
    { direction: "out", endCause: "operator-hung-up", queueId: "urp", operatorLogins: ["anna"] },
  ]);
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
