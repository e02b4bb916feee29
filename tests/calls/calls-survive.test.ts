/** A box that is killed with calls up, its engine in a process of its own and its media at rtpengine: the parties notice nothing, and the next box goes on with the calls. */
import { ulid } from "ulid";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { SipParties, type PartyCall } from "../parties/sip-parties.ts";

const third = 1 + Math.floor(Math.random() * 250);
const address = `127.40.${third}.1`;
const carrierAddress = `127.40.${third}.2`;
const phonesAddress = `127.40.${third}.3`;

let rtpengine: RtpengineProcess;
let office: OfficeProcess;
let citizens: SipParties;
let phones: SipParties;

beforeAll(async () => {
  rtpengine = await startRtpengine();
  const config = officeConfig({ officeId: "x_test1", address, carrierAddress, operators: ["anna", "bruno"] });
  const { ngHost, ngPort } = rtpengine;
  office = await startOfficeProcess({
    ...config,
    engine: { kind: "own-process" },
    media: { kind: "rtpengine", ngHost, ngPort },
  });
  citizens = await SipParties.open(carrierAddress);
  phones = await SipParties.open(phonesAddress);
  await phones.register(address, "anna", passwordOf("anna"));
});
afterAll(async () => {
  await citizens?.close();
  await phones?.close();
  await office?.close();
  await rtpengine?.close();
});

afterEach(async () => {
  for (const call of [...citizens.answered, ...phones.answered]) await call.hangUp();
  await until(async () => (await new OfficeReader(office.url).callsInProgress()) === 0);
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

type Pair = { citizen: PartyCall; operator: PartyCall };

async function talkingCall(): Promise<Pair> {
  phones.answered.length = 0;
  const citizen = await citizens.call(address, officeNumber, "+393331234567");
  const operator = await nextAnswered(0);
  await talk(citizen, operator);
  return { citizen, operator };
}

/** The call that was answered after `before` others. */
async function nextAnswered(before: number): Promise<PartyCall> {
  await until(() => phones.answered.length > before);
  const call = phones.answered[before];
  if (call === undefined) throw new Error("nobody answered");
  return call;
}

async function talk(one: PartyCall, other: PartyCall): Promise<void> {
  await until(() => one.audio.hears() === other.audio.voice && other.audio.hears() === one.audio.voice);
}

async function until(isSo: () => boolean | Promise<boolean>, deadlineMs = 10_000): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error(`it is not so: ${isSo.toString()}\n${office.log().slice(-3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** `meanwhile`: what happens while there is no box. */
async function killAndRestart(meanwhile: () => Promise<void> = async () => undefined): Promise<OfficeReader> {
  const reader = new OfficeReader(office.url);
  await reader.startAfresh();
  await office.kill();
  await meanwhile();
  office = await office.restart();
  return reader.at(office.url);
}

async function lastRecord(reader: OfficeReader): Promise<unknown> {
  await until(async () => (await reader.callsInProgress()) === 0);
  return (await reader.records()).toSorted((one, other) => (one.callId < other.callId ? -1 : 1)).at(-1);
}

test("they talk on, and when the citizen hangs up the operator hears it and the record is complete", async () => {
  const { citizen, operator } = await talkingCall();
  // While nobody is there but rtpengine.
  const reader = await killAndRestart(() => talk(citizen, operator));
  expect(await reader.callsInProgress()).toBe(1);
  await talk(citizen, operator);
  await citizen.hangUp();
  expect(await operator.ended).toBe("box");
  expect(await lastRecord(reader)).toMatchObject({ endCause: "caller-hung-up" });
});

test("whoever hangs up while there is no box has hung up when it is back", async () => {
  const { citizen, operator } = await talkingCall();
  let hungUp: Promise<void> = Promise.resolve();
  const reader = await killAndRestart(async () => {
    hungUp = operator.hangUp();
  });
  await hungUp;
  expect(await citizen.ended).toBe("box");
  expect(await lastRecord(reader)).toMatchObject({ endCause: "operator-hung-up" });
});

test("after it the phone holds and resumes, and the operator signed in before it transfers to a colleague", async () => {
  const session = await OperatorSession.open(office.url, "anna");
  const { citizen, operator } = await talkingCall();
  const reader = await killAndRestart();
  expect(await operator.reinvite("sendonly")).toBe(200);
  const { call } = await reader.event("call-held");
  await until(() => citizen.audio.hears() !== operator.audio.voice);
  expect(await operator.reinvite("sendrecv")).toBe(200);
  await talk(citizen, operator);
  await phones.register(address, "bruno", passwordOf("bruno"));
  const target = { kind: "operator", operatorLogin: "bruno" };
  const order = { transferId: ulid(), target, mode: "blind", reason: "other", ticketId: null, message: "" };
  expect(await session.at(office.url).command("POST", `/api/calls/${call.callId}/transfers`, order)).toBe(202);
  const colleague = await nextAnswered(1);
  await talk(citizen, colleague);
  expect(await operator.ended).toBe("box");
  await colleague.hangUp();
  expect(await citizen.ended).toBe("box");
  expect(await lastRecord(reader)).toMatchObject({
    endCause: "operator-hung-up",
    transfers: [{ outcome: "transferred" }],
  });
});

test("a ring that was cut off rings again: phones registered before it are known", async () => {
  phones.answered.length = 0;
  phones.ringMs = () => 60_000;
  const before = new OfficeReader(office.url);
  await before.startAfresh();
  const citizen = await citizens.call(address, officeNumber, "+393331234567");
  await before.event("call-ringing");
  const reader = await killAndRestart(async () => {
    phones.ringMs = () => 0;
  });
  expect(await reader.event("call-ring-ended")).toMatchObject({ outcome: "unreachable" });
  const operator = await nextAnswered(0);
  await talk(citizen, operator);
  await citizen.hangUp();
  expect(await lastRecord(reader)).toMatchObject({ endCause: "caller-hung-up" });
});
