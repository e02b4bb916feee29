/**
 * Desk phones (sipp) that say themselves how they want to be told with whom they talk: by UPDATE with another From, or by re-INVITE, which meets one of their own first. Media at an rtpengine; the phone's sound
 * is an RTP peer of the test's, the others' real telephones (baresip): telling disturbs no sound.
 */
import { ulid } from "ulid";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { RtpPeer } from "../../cti-box/testing/media-peers/rtp-peer.ts";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { playSipp } from "../interop/sipp-party.ts";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp, type SippRun } from "../sipp/run-sipp.ts";

const citizenNumber = "+393315550123";
const tones = { citizen: 1000, anna: 440, bruno: 700 };
let network: PhoneNetwork;
let rtpengine: RtpengineProcess;
let office: OfficeProcess;
let reader: OfficeReader;
let session: OperatorSession;
let citizen: BaresipPhone;
let anna: BaresipPhone;
let brunosAddress: string;
let bruno: RtpPeer;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const { address } = network;
  const hosts = { citizen: network.addHost(), anna: network.addHost() };
  brunosAddress = network.addOfficeAddress();
  rtpengine = await startRtpengine({ address });
  const { ngHost, ngPort } = rtpengine;
  const config = officeConfig({
    officeId: "x_test1",
    address,
    carrierAddress: hosts.citizen.address,
    operators: ["anna", "bruno"],
    sip: { trace: true },
  });
  const accounts = config["operators"] as { login: string }[];
  office = await startOfficeProcess({
    ...config,
    media: { kind: "rtpengine", ngHost, ngPort },
    // Citizens ring at Anna's alone.
    queues: [
      { queueId: "urp", label: "URP" },
      { queueId: "back", label: "Back office" },
    ],
    operators: accounts.map((account) => ({ ...account, queues: [account.login === "anna" ? "urp" : "back"] })),
  });
  reader = new OfficeReader(office.url);
  session = await OperatorSession.open(office.url, "anna");
  const account = { user: citizenNumber, domain: hosts.citizen.address };
  citizen = await BaresipPhone.open({ host: hosts.citizen, account, toneHz: tones.citizen, answer: "manual" });
  const desk = { domain: address, host: hosts.anna, answer: "auto" } as const;
  anna = await openOperatorPhone({ user: "anna", ...desk, toneHz: tones.anna });
  await playSipp({
    scenario: "register",
    host: brunosAddress,
    port: 5060,
    user: "bruno",
    password: passwordOf("bruno"),
    exchange: `${address}:5060`,
  });
});
afterAll(async () => {
  for (const phone of [citizen, anna]) await phone?.close();
  await office?.close();
  await rtpengine?.close();
  network?.close();
});
beforeEach(async () => {
  for (const phone of [citizen, anna]) phone.startAfresh();
  await reader.startAfresh();
  bruno = await RtpPeer.open({ address: brunosAddress, codecs: ["pcma"] });
});
afterEach(async () => {
  await bruno.close();
  citizen.command("hangup");
  await expect.poll(() => reader.callsInProgress()).toBe(0);
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

/** What Bruno's phone was offered at first. */
async function offerToBruno(callId: string): Promise<string> {
  const leg = (await reader.trace(callId))?.legs.find(({ peer }) => peer?.name === "bruno");
  return leg?.messages.find(({ direction, text }) => direction === "sent" && text.startsWith("INVITE "))?.text ?? "";
}

test.each<SippRun["scenario"]>(["be-told-by-update", "be-told-by-reinvite"])(
  "a phone that wants to %s is told of the operator who asks and of the citizen it gets, and hears them",
  async (scenario) => {
    const phone = runSipp({
      scenario,
      from: brunosAddress,
      number: "bruno",
      description: bruno.offer(),
      told: ["sip:201@", `sip:${citizenNumber.replace("+", "[+]")}@`],
    });
    citizen.command("dial", `sip:${officeNumber}@${network.address}`);
    const { callId } = (await reader.event("call-answered")).call;
    const transferId = ulid();
    const target = { kind: "operator", operatorLogin: "bruno" };
    const order = { transferId, mode: "attended", target, ticketId: null, reason: "competence", message: "" };
    expect(await session.command("POST", `/api/calls/${callId}/transfers`, order)).toBe(202);
    await reader.event("call-consulting");
    bruno.accept(await offerToBruno(callId));
    bruno.speak(tones.bruno);
    await Promise.all([hearsTone(anna, tones.bruno), bruno.ear.hearsTone(tones.anna)]);
    expect(await session.command("POST", `/api/calls/${callId}/transfers/${transferId}/completion`)).toBe(204);
    await Promise.all([hearsTone(citizen, tones.bruno), bruno.ear.hearsTone(tones.citizen)]);
    const told = async (): Promise<number> => {
      const leg = (await reader.trace(callId))?.legs.find(({ peer }) => peer?.name === "bruno");
      const answers = leg?.messages.filter(
        ({ direction, text }) =>
          direction === "received" && /^SIP\/2\.0 200[\s\S]*^CSeq: \d+ (UPDATE|INVITE)/m.test(text),
      );
      return answers?.length ?? 0;
    };
    // A re-INVITE that meets the phone's own is repeated two to four seconds later (RFC 3261 §14.1).
    await expect.poll(told, { timeout: 8_000 }).toBe(3);
    await Promise.all([hearsTone(citizen, tones.bruno), bruno.ear.hearsTone(tones.citizen)]);
    citizen.command("hangup");
    await phone;
    await reader.event("call-ended");
  },
);
