/** A citizen and two operators, all with real phones (baresip): reject, hold and REFER from the phone, sound by content. */
import { ulid } from "ulid";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const tones = { citizen: 1000, anna: 440, bruno: 700 };
let network: PhoneNetwork;
let office: OfficeProcess;
let reader: OfficeReader;
let citizen: BaresipPhone;
let anna: BaresipPhone;
let bruno: BaresipPhone;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const hosts = { citizen: network.addHost(), anna: network.addHost(), bruno: network.addHost() };
  office = await startOfficeProcess(
    officeConfig({
      officeId: "x_test1",
      address: network.address,
      carrierAddress: hosts.citizen.address,
      operators: ["anna", "bruno"],
    }),
  );
  reader = new OfficeReader(office.url);
  citizen = await BaresipPhone.open({
    host: hosts.citizen,
    account: { user: "+393315550123", domain: hosts.citizen.address },
    toneHz: tones.citizen,
    answer: "manual",
  });
  const operatorPhone = (user: "anna" | "bruno"): Promise<BaresipPhone> =>
    BaresipPhone.open({
      host: hosts[user],
      account: { user, domain: network.address, password: passwordOf(user) },
      toneHz: tones[user],
      answer: "manual",
    });
  // Anna first: she has been idle longest when the first call comes.
  anna = await operatorPhone("anna");
  await anna.registered();
  bruno = await operatorPhone("bruno");
  await bruno.registered();
});
afterAll(async () => {
  for (const phone of [citizen, anna, bruno]) await phone?.close();
  await office?.close();
  network?.close();
});
afterEach(async () => {
  // A test that failed leaves no call to the next one.
  for (const phone of [citizen, anna, bruno]) phone.command("hangup");
  while ((await reader.callsInProgress()) > 0) await reader.event("call-ended");
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

/** The citizen calls; gives the operator's phone that rings. */
async function callIn(): Promise<BaresipPhone> {
  await reader.startAfresh();
  for (const phone of [citizen, anna, bruno]) phone.startAfresh();
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  const { operatorLogin } = await reader.event("call-ringing");
  const phone = operatorLogin === "anna" ? anna : bruno;
  await phone.event("CALL_INCOMING");
  return phone;
}

function toneOf(phone: BaresipPhone): number {
  return phone === anna ? tones.anna : tones.bruno;
}

async function hungUp(): Promise<void> {
  citizen.command("hangup");
  await reader.event("call-ended");
}

test("citizen and operator hear each other, and nobody else", async () => {
  const operator = await callIn();
  await hearsMusic(citizen, Object.values(tones));
  operator.command("accept");
  await Promise.all([hearsTone(citizen, toneOf(operator)), hearsTone(operator, tones.citizen)]);
  await hungUp();
});

test("an operator who rejects is passed over: the next one rings", async () => {
  const first = await callIn();
  first.command("hangup");
  const ended = await reader.event("call-ring-ended");
  expect(ended.outcome).toBe("rejected");
  const { operatorLogin } = await reader.event("call-ringing");
  const second = operatorLogin === "anna" ? anna : bruno;
  expect(second).not.toBe(first);
  await second.event("CALL_INCOMING");
  second.command("accept");
  await hearsTone(citizen, toneOf(second));
  await hungUp();
});

test("hold on the phone: the citizen hears music, then the operator again", async () => {
  const operator = await callIn();
  operator.command("accept");
  await hearsTone(citizen, toneOf(operator));
  operator.command("hold");
  expect((await reader.event("call-held")).heldBy).toBe("operator");
  await hearsMusic(citizen, Object.values(tones));
  operator.command("resume");
  await reader.event("call-resumed");
  await Promise.all([hearsTone(citizen, toneOf(operator)), hearsTone(operator, tones.citizen)]);
  await hungUp();
});

test("REFER on the phone hands the citizen to the colleague; the first operator is free, the box dials nobody else", async () => {
  const operator = await callIn();
  const colleague = operator === anna ? bruno : anna;
  operator.command("accept");
  await hearsTone(citizen, toneOf(operator));
  operator.command("transfer", `sip:${colleague === anna ? "anna" : "bruno"}@${network.address}`);
  await colleague.event("CALL_INCOMING");
  colleague.command("accept");
  await Promise.all([hearsTone(citizen, toneOf(colleague)), hearsTone(colleague, tones.citizen)]);
  await operator.event("CALL_CLOSED");
  await hungUp();
  const record = (await reader.records()).at(-1);
  expect(record?.transfers).toMatchObject([{ outcome: "transferred", tariff: "on-net" }]);
  expect(record?.legs.filter((leg) => leg.tariff === "pstn").map((leg) => leg.role)).toEqual(["caller"]);
});

test("REFER to a number outside is refused and the citizen stays", async () => {
  const operator = await callIn();
  operator.command("accept");
  await hearsTone(citizen, toneOf(operator));
  operator.command("transfer", `sip:+390612345678@${network.address}`);
  await operator.event("TRANSFER_FAILED");
  await hearsTone(citizen, toneOf(operator));
  await hungUp();
  expect((await reader.records()).at(-1)?.transfers).toEqual([]);
});

test("transfer to a colleague asked for over the API: declined, the citizen is back; taken, the colleague has him", async () => {
  const operator = await callIn();
  const login = operator === anna ? "anna" : "bruno";
  const colleague = operator === anna ? bruno : anna;
  operator.command("accept");
  const { call } = await reader.event("call-answered");
  const session = await OperatorSession.open(office.url, login);
  const ask = (): Promise<number> =>
    session.command("POST", `/api/calls/${call.callId}/transfers`, {
      transferId: ulid(),
      target: { kind: "operator", operatorLogin: login === "anna" ? "bruno" : "anna" },
      ticketId: null,
      reason: "second_level",
      message: "",
    });
  expect(await ask()).toBe(202);
  await hearsMusic(citizen, Object.values(tones));
  await colleague.event("CALL_INCOMING");
  colleague.command("hangup");
  // A desk phone declines with 486 Busy Here.
  expect((await reader.event("call-returned")).cause).toBe("busy");
  await hearsTone(citizen, toneOf(operator));
  expect(await ask()).toBe(202);
  await colleague.event("CALL_INCOMING");
  colleague.command("accept");
  await Promise.all([hearsTone(citizen, toneOf(colleague)), hearsTone(colleague, tones.citizen)]);
  await operator.event("CALL_CLOSED");
  await hungUp();
});
