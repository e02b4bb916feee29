/**
 * Attended transfer as a desk phone does it: Anna's phone (linphone) holds the citizen, calls Bruno's, and joins the two by REFER with Replaces. Bruno's
 * phone (baresip) knows nothing of Replaces. Real phones, judged by ear, with either media server: the joining is a re-INVITE in Bruno's dialog.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { LinphonePhone } from "../phones/linphone-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const tones = { citizen: 1000, anna: 440, bruno: 700 };
let network: PhoneNetwork;
let rtpengine: RtpengineProcess | null;
let office: OfficeProcess;
let reader: OfficeReader;
let citizen: BaresipPhone;
let anna: LinphonePhone;
let bruno: BaresipPhone;

describe.each(["relay", "rtpengine"] as const)("with %s", (kind) => {
  beforeAll(async () => {
    network = PhoneNetwork.open();
    const carrier = network.addHost();
    const { address } = network;
    const choice = { officeId: "x_test1", address, carrierAddress: carrier.address, operators: ["anna", "bruno"] };
    rtpengine = kind === "rtpengine" ? await startRtpengine({ address }) : null;
    const config = officeConfig({ ...choice, sip: { trace: true } });
    const media = { kind, ngHost: rtpengine?.ngHost, ngPort: rtpengine?.ngPort };
    office = await startOfficeProcess(rtpengine === null ? config : { ...config, media });
    reader = new OfficeReader(office.url);
    citizen = await BaresipPhone.open({
      host: carrier,
      account: { user: "+393315550123", domain: carrier.address },
      toneHz: tones.citizen,
      answer: "manual",
    });
    anna = await LinphonePhone.open({
      host: network.addHost(),
      account: { user: "anna", domain: address, password: passwordOf("anna"), transport: "udp" },
      toneHz: tones.anna,
      // What the others speak: the built-in relay does not transcode.
      speaks: "PCMA",
    });
    await anna.register();
    bruno = await openOperatorPhone({
      user: "bruno",
      domain: address,
      host: network.addHost(),
      toneHz: tones.bruno,
      answer: "manual",
    });
  });
  afterAll(async () => {
    for (const phone of [citizen, anna, bruno]) await phone?.close();
    await office?.close();
    await rtpengine?.close();
    network?.close();
  });

  test("the citizen and the colleague hear each other, and the operator's phone is free", async () => {
    citizen.command("dial", `sip:${officeNumber}@${network.address}`);
    const first = await anna.event("LinphoneCallIncomingReceived");
    const { callId } = (await reader.event("call-ringing")).call;
    await anna.command(`answer ${first}`);
    await anna.event("LinphoneCallStreamsRunning");
    const second = await anna.call(`sip:bruno@${network.address}`);
    await bruno.event("CALL_INCOMING");
    bruno.command("accept");
    await anna.event("LinphoneCallStreamsRunning");
    await anna.command(`call-transfer ${first} ${second}`);
    await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
    expect((await reader.event("call-transferred")).target).toEqual({ kind: "operator", operatorLogin: "bruno" });
    for (const _each of [first, second]) await anna.event("LinphoneCallReleased");
    citizen.command("hangup");
    await bruno.event("CALL_CLOSED");
    const record = (await reader.records()).find((each) => each.callId === callId);
    expect(record).toMatchObject({ operatorLogins: ["anna", "bruno"], endCause: "caller-hung-up" });
    expect(office.log()).not.toMatch(/left something behind|"level":50/);
  });
});
