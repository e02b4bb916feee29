/** Calls that wait elsewhere are taken by another operator, ringing at a colleague's or parked, or ring at all: real phones, judged by ear. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { OfficeProcess } from "../office/office-process.ts";

/** Leads to the queue that rings all. */
const allNumber = "+390695550101";
const tones = { citizen: 1000, anna: 440, bruno: 700 };
let network: PhoneNetwork;
let office: OfficeProcess;
let reader: OfficeReader;
let session: OperatorSession;
let citizen: BaresipPhone;
let anna: BaresipPhone;
let bruno: BaresipPhone;

function operatorPhone(user: "anna" | "bruno"): Promise<BaresipPhone> {
  const where = { domain: network.address, host: network.addHost() };
  return openOperatorPhone({ user, ...where, toneHz: tones[user], answer: "manual" });
}

beforeAll(async () => {
  network = PhoneNetwork.open();
  const carrier = network.addHost();
  const { address } = network;
  const choice = { officeId: "x_test1", address, carrierAddress: carrier.address, operators: ["anna", "bruno"] };
  const config = officeConfig({ ...choice, sip: { trace: true } });
  office = await startOfficeProcess({
    ...config,
    numbers: [...(config["numbers"] as object[]), { number: allNumber, queueId: "all" }],
    queues: [...(config["queues"] as object[]), { queueId: "all", label: "All", distribution: "ring-all" }],
  });
  reader = new OfficeReader(office.url);
  citizen = await BaresipPhone.open({
    host: carrier,
    account: { user: "+393315550123", domain: carrier.address },
    toneHz: tones.citizen,
    answer: "manual",
  });
  [anna, bruno] = [await operatorPhone("anna"), await operatorPhone("bruno")];
  session = await OperatorSession.open(office.url, "bruno");
  // The queue leaves him alone; what he takes himself rings all the same.
  expect(await session.command("PUT", "/api/operators/me/availability", { availability: "away" })).toBe(204);
});
afterAll(async () => {
  for (const phone of [citizen, anna, bruno]) await phone?.close();
  await office?.close();
  network?.close();
});

test("the colleague's phone is told that the call was completed elsewhere; citizen and taker hear each other", async () => {
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await anna.event("CALL_INCOMING");
  const { callId } = (await reader.event("call-ringing")).call;
  expect(await session.command("POST", "/api/operators/anna/pick-up")).toBe(202);
  await Promise.all([anna.event("CALL_CLOSED"), bruno.event("CALL_INCOMING")]);
  expect(await reader.event("call-ring-ended")).toMatchObject({ operatorLogin: "anna", outcome: "answered-elsewhere" });
  bruno.command("accept");
  await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
  expect(await session.command("POST", "/api/operators/anna/pick-up")).toBe(409);
  const messages = (await reader.trace(callId))?.legs.flatMap((leg) => leg.messages.map(({ text }) => text)) ?? [];
  const cancel = messages.find((text) => text.startsWith("CANCEL "));
  expect(cancel).toMatch(/^Reason: SIP;cause=200;text="Call completed elsewhere"/im);
  citizen.command("hangup");
  await reader.event("call-ended");
  expect((await reader.records()).at(-1)).toMatchObject({ operatorLogins: ["bruno"], endCause: "caller-hung-up" });
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

test("a phone takes the call by dialling the code and the extension: the two talk at once", async () => {
  for (const phone of [citizen, anna, bruno]) phone.startAfresh();
  await reader.startAfresh();
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await anna.event("CALL_INCOMING");
  bruno.command("dial", `sip:*8*201%23@${network.address}`);
  await Promise.all([anna.event("CALL_CLOSED"), bruno.event("CALL_ESTABLISHED")]);
  await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
  citizen.command("hangup");
  await reader.event("call-ended");
  expect((await reader.records()).at(-1)).toMatchObject({ operatorLogins: ["bruno"], endCause: "caller-hung-up" });
});

test("a code that sets something is answered with a tone, and the box hangs up; one that cannot be is refused", async () => {
  bruno.startAfresh();
  bruno.command("dial", `sip:*21*201%23@${network.address}`);
  await hearsTone(bruno, 425);
  await bruno.event("CALL_CLOSED");
  expect(office.log()).toMatch(/"changedBy":"bruno, on a phone".*"always":\{"kind":"operator","operatorId":"anna"\}/);
  bruno.startAfresh();
  bruno.command("dial", `sip:%2321%23@${network.address}`);
  await bruno.event("CALL_ESTABLISHED");
  await bruno.event("CALL_CLOSED");
  bruno.startAfresh();
  bruno.command("dial", `sip:*37*999%23@${network.address}`);
  await bruno.event("CALL_CLOSED");
  expect(bruno.unheard()).not.toContain("CALL_ESTABLISHED");
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

test("a parked citizen hears music and is taken up by another operator; the one who parked is free", async () => {
  for (const phone of [citizen, anna, bruno]) phone.startAfresh();
  await reader.startAfresh();
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await anna.event("CALL_INCOMING");
  anna.command("accept");
  const { callId } = (await reader.event("call-answered")).call;
  await hearsTone(citizen, tones.anna);
  const annas = await OperatorSession.open(office.url, "anna");
  expect(await annas.command("POST", `/api/calls/${callId}/park`)).toBe(204);
  await anna.event("CALL_CLOSED");
  await hearsMusic(citizen, Object.values(tones));
  expect(await session.command("POST", `/api/calls/${callId}/retrieval`)).toBe(202);
  await bruno.event("CALL_INCOMING");
  bruno.command("accept");
  await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
  expect(await annas.command("POST", `/api/calls/${callId}/retrieval`)).toBe(409);
  citizen.command("hangup");
  await reader.event("call-ended");
  const record = (await reader.records()).find((each) => each.callId === callId);
  expect(record).toMatchObject({ operatorLogins: ["anna", "bruno"], endCause: "caller-hung-up" });
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

test("a queue that rings all: both phones ring, the first answer wins, and the other one hears that the call was completed elsewhere", async () => {
  for (const phone of [citizen, anna, bruno]) phone.startAfresh();
  await reader.startAfresh();
  expect(await session.command("PUT", "/api/operators/me/availability", { availability: "available" })).toBe(204);
  citizen.command("dial", `sip:${allNumber}@${network.address}`);
  await Promise.all([anna.event("CALL_INCOMING"), bruno.event("CALL_INCOMING")]);
  bruno.command("accept");
  await anna.event("CALL_CLOSED");
  const { callId } = (await reader.event("call-answered")).call;
  expect(await reader.event("call-ring-ended")).toMatchObject({ operatorLogin: "anna", outcome: "answered-elsewhere" });
  await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
  const messages = (await reader.trace(callId))?.legs.flatMap((leg) => leg.messages.map(({ text }) => text)) ?? [];
  const cancels = messages.filter((text) => text.startsWith("CANCEL "));
  expect(cancels.length).toBeGreaterThan(0);
  for (const cancel of cancels) expect(cancel).toMatch(/^Reason: SIP;cause=200;text="Call completed elsewhere"/im);
  citizen.command("hangup");
  await reader.event("call-ended");
  const record = (await reader.records()).find((each) => each.callId === callId);
  expect(record).toMatchObject({ operatorLogins: ["bruno"], endCause: "caller-hung-up" });
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
