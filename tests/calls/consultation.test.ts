/** An operator asks a colleague for advice before handing the citizen over: one office as its own program and three real phones, judged by ear. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsBoth, hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const tones = { citizen: 1000, anna: 440, bruno: 700 };
let network: PhoneNetwork;
let office: OfficeProcess;
let reader: OfficeReader;
let session: OperatorSession;
let citizen: BaresipPhone;
let anna: BaresipPhone;
let bruno: BaresipPhone;
let callId: string;
let transferId: string;

function operatorPhone(user: "anna" | "bruno"): Promise<BaresipPhone> {
  const where = { domain: network.address, host: network.addHost() };
  return openOperatorPhone({ user, ...where, toneHz: tones[user], answer: "manual" });
}

beforeAll(async () => {
  network = PhoneNetwork.open();
  const carrier = network.addHost();
  office = await startOfficeProcess(
    officeConfig({
      officeId: "x_test1",
      address: network.address,
      carrierAddress: carrier.address,
      operators: ["anna", "bruno"],
      transferTimeoutSeconds: 4,
    }),
  );
  reader = new OfficeReader(office.url);
  citizen = await BaresipPhone.open({
    host: carrier,
    account: { user: "+393315550123", domain: carrier.address },
    toneHz: tones.citizen,
    answer: "manual",
  });
  // Bruno's phone comes after the call: the queue finds Anna alone.
  anna = await operatorPhone("anna");
  session = await OperatorSession.open(office.url, "anna");
});
afterAll(async () => {
  for (const phone of [citizen, anna, bruno]) await phone?.close();
  await office?.close();
  network?.close();
});

/** The citizen talks to Anna, and Bruno's phone rings with Anna's question. */
beforeEach(async () => {
  for (const phone of [citizen, anna]) phone.startAfresh();
  await reader.startAfresh();
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await anna.event("CALL_INCOMING");
  anna.command("accept");
  callId = (await reader.event("call-answered")).call.callId;
  await hearsTone(citizen, tones.anna);
  bruno = await operatorPhone("bruno");
  transferId = ulid();
  const order = { transferId, mode: "attended", ticketId: null, reason: "competence", message: "" };
  const target = { kind: "operator", operatorLogin: "bruno" };
  expect(await session.command("POST", `/api/calls/${callId}/transfers`, { ...order, target })).toBe(202);
  await bruno.event("CALL_INCOMING");
});
afterEach(async () => {
  for (const phone of [citizen, anna, bruno]) phone.command("hangup");
  while ((await reader.callsInProgress()) > 0) await reader.event("call-ended");
  await bruno.close();
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

const step = (method: "POST" | "PUT" | "DELETE", rest: string, body?: object): Promise<number> =>
  session.command(method, `/api/calls/${callId}/transfers/${transferId}${rest}`, body);

/** Anna and Bruno hear each other, the citizen hears music. */
async function consult(): Promise<void> {
  bruno.command("accept");
  await reader.event("call-consulting");
  const voices = Object.values(tones);
  await Promise.all([hearsTone(anna, tones.bruno), hearsTone(bruno, tones.anna), hearsMusic(citizen, voices)]);
}

async function expectReturned(cause: string): Promise<void> {
  expect(await reader.event("call-returned")).toMatchObject({ operatorLogin: "anna", cause });
  await Promise.all([hearsTone(citizen, tones.anna), hearsTone(anna, tones.citizen)]);
}

async function expectHandedOver(): Promise<void> {
  await reader.event("call-transferred");
  await anna.event("CALL_CLOSED");
  await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
}

/** Each hears the two others; of two equal voices nothing is left for its own. */
async function confer(): Promise<void> {
  expect(await step("PUT", "/consultation", { talkingTo: "everybody" })).toBe(204);
  await Promise.all([
    hearsBoth(citizen, [tones.anna, tones.bruno]),
    hearsBoth(anna, [tones.citizen, tones.bruno]),
    hearsBoth(bruno, [tones.citizen, tones.anna]),
  ]);
}

describe("a conference of three", () => {
  test("the operator leaves the colleague with the citizen; the record shows the conference", async () => {
    await consult();
    await confer();
    expect(await step("PUT", "/consultation", { talkingTo: "target" })).toBe(204);
    await Promise.all([hearsTone(anna, tones.bruno), hearsMusic(citizen, Object.values(tones))]);
    await confer();
    anna.command("hangup");
    await expectHandedOver();
    citizen.command("hangup");
    await reader.event("call-ended");
    const record = (await reader.records()).find((each) => each.callId === callId);
    expect(record).toMatchObject({
      operatorLogins: ["anna", "bruno"],
      transfers: [{ outcome: "transferred", conferenceAt: expect.any(String) }],
    });
  });

  test("the colleague who hangs up leaves citizen and operator together", async () => {
    await consult();
    await confer();
    bruno.command("hangup");
    await expectReturned("target-hung-up");
  });
});

describe("attended transfer to a colleague", () => {
  test("the operator consults, goes back to the citizen in between, and hands over", async () => {
    await consult();
    expect(await step("PUT", "/consultation", { talkingTo: "caller" })).toBe(204);
    const voices = Object.values(tones);
    await Promise.all([hearsTone(anna, tones.citizen), hearsTone(citizen, tones.anna), hearsMusic(bruno, voices)]);
    expect(await step("PUT", "/consultation", { talkingTo: "target" })).toBe(204);
    await Promise.all([hearsTone(anna, tones.bruno), hearsTone(bruno, tones.anna), hearsMusic(citizen, voices)]);
    expect(await step("POST", "/completion")).toBe(204);
    await expectHandedOver();
    citizen.command("hangup");
    await reader.event("call-ended");
    const record = (await reader.records()).find((each) => each.callId === callId);
    expect(record).toMatchObject({
      operatorLogins: ["anna", "bruno"],
      transfers: [{ transferId, outcome: "transferred", tariff: "on-net" }],
    });
  });

  test("the operator who hangs up hands over", async () => {
    await consult();
    anna.command("hangup");
    await expectHandedOver();
  });

  test("cancelled, the citizen is back and the colleague's phone is free", async () => {
    await consult();
    expect(await step("DELETE", "")).toBe(204);
    await bruno.event("CALL_CLOSED");
    await expectReturned("cancelled");
  });

  test("the colleague who hangs up leaves the citizen with the operator", async () => {
    await consult();
    bruno.command("hangup");
    await expectReturned("target-hung-up");
  });

  test("the citizen who hangs up frees both", async () => {
    await consult();
    citizen.command("hangup");
    await Promise.all([anna.event("CALL_CLOSED"), bruno.event("CALL_CLOSED")]);
    expect((await reader.event("call-ended")).endCause).toBe("caller-hung-up");
  });

  test("the colleague does not answer in time: the citizen is back, and before the answer nothing can be handed over", async () => {
    expect(await step("POST", "/completion")).toBe(409);
    await expectReturned("no-answer");
    await bruno.event("CALL_CLOSED");
  });
});
