/**
 * Keys that a citizen presses on a real telephone (baresip), as sound (RFC 4733) through rtpengine, which reports them to the box (`media.keyLog`): a call back is
 * asked for, and a service is rated. Nobody sends INFO here.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PromptFiles } from "../../cti-box/src/adapters/media/prompt-files.ts";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsAnnouncement } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";

/** Leads to a queue in which nobody works. */
const lateNumber = "+390695550101";
const prompts = new PromptFiles();
let network: PhoneNetwork;
let rtpengine: RtpengineProcess;
let office: OfficeProcess;
let reader: OfficeReader;
let citizen: BaresipPhone;
let anna: BaresipPhone;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const { address } = network;
  const host = network.addHost();
  rtpengine = await startRtpengine({ address });
  const { ngHost, ngPort, dtmfLogPort } = rtpengine;
  const outbound = { uri: `sip:${host.address}:5060;transport=udp`, callerId: { number: officeNumber } };
  const config = officeConfig({
    officeId: "x_test1",
    address,
    carrierAddress: host.address,
    operators: ["anna"],
    trunk: { outbound: { ...outbound, probeSeconds: "off" } },
  });
  const [operator] = config["operators"] as object[];
  office = await startOfficeProcess({
    ...config,
    media: { kind: "rtpengine", ngHost, ngPort, keyLog: { host: address, port: dtmfLogPort } },
    numbers: [
      { number: officeNumber, queueId: "urp" },
      { number: lateNumber, queueId: "late" },
    ],
    queues: [
      { queueId: "urp", label: "URP", survey: {} },
      { queueId: "late", label: "Late", announcements: {}, callback: { key: "1" } },
    ],
    operators: [{ ...operator, queues: ["urp"] }],
  });
  reader = new OfficeReader(office.url);
  const account = { user: "+393331234567", domain: host.address };
  citizen = await BaresipPhone.open({ host, account, toneHz: 1000, answer: "manual" });
  const where = { domain: address, host: network.addHost() };
  anna = await openOperatorPhone({ user: "anna", ...where, toneHz: 440, answer: "auto" });
});
afterAll(async () => {
  await citizen?.close();
  await anna?.close();
  await office?.close();
  await rtpengine?.close();
  network?.close();
});
beforeEach(async () => {
  citizen.startAfresh();
  anna.startAfresh();
  await reader.startAfresh();
});

test("a call back is asked for by a key, and said to be on its way", async () => {
  citizen.command("dial", `sip:${lateNumber}@${network.address}`);
  await hearsAnnouncement(citizen, await prompts.sound("it", "callback-1"));
  citizen.command("sndcode", "1");
  await hearsAnnouncement(citizen, await prompts.sound("it", "callback-accepted"));
  expect(await reader.event("call-ended")).toMatchObject({ endCause: "callback-requested" });
});

test("a wrong key is asked again, and 2 is the rating", async () => {
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await reader.event("call-answered");
  anna.command("hangup");
  await hearsAnnouncement(citizen, await prompts.sound("it", "survey"));
  citizen.command("sndcode", "9");
  await hearsAnnouncement(citizen, await prompts.sound("it", "survey"));
  citizen.command("sndcode", "2");
  expect(await reader.event("call-rated")).toMatchObject({ rating: 2, call: { state: "surveying" } });
  await hearsAnnouncement(citizen, await prompts.sound("it", "survey-thanks"));
  expect(await reader.event("call-ended")).toMatchObject({ endCause: "operator-hung-up" });
});

test("what else comes to the address of the key log is no key, and does no harm", async () => {
  const stranger = createSocket("udp4");
  stranger.bind(0, network.address);
  await once(stranger, "listening");
  const words = ["no JSON", "{}", JSON.stringify({ callid: "x", source_tag: "y", type: "DTMF", event: 99 })];
  for (const word of words) stranger.send(word, rtpengine.dtmfLogPort, network.address);
  stranger.close();
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await reader.event("call-answered");
  citizen.command("hangup");
  await reader.event("call-ended");
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
