/**
 * Two offices, each its own program, and three real phones: the citizen is handed from one office to the other over the network, with the
 * ticket's reference. Sound is judged by content, costs by both offices' records.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { OfficeProcess } from "../office/office-process.ts";
import type { PhoneHost } from "../phones/phone-network.ts";

const tones = { citizen: 1000, anna: 440, bruno: 700 };
let network: PhoneNetwork;
let hosts: Record<"citizen" | "anna" | "bruno", PhoneHost>;
let addresses: { one: string; two: string; carrier: string };
let one: OfficeProcess;
let two: OfficeProcess;
let readers: { one: OfficeReader; two: OfficeReader };
let session: OperatorSession;
let citizen: BaresipPhone;
let anna: BaresipPhone;
let bruno: BaresipPhone;

function startOffice(which: "one" | "two"): Promise<OfficeProcess> {
  const ids = { one: "x_test1", two: "x_test2" };
  const other = which === "one" ? "two" : "one";
  return startOfficeProcess(
    officeConfig({
      officeId: ids[which],
      address: addresses[which],
      carrierAddress: addresses.carrier,
      operators: [which === "one" ? "anna" : "bruno"],
      others: [{ officeId: ids[other], address: addresses[other] }],
      transferTimeoutSeconds: 4,
    }),
  );
}

function operatorPhone(user: "anna" | "bruno"): Promise<BaresipPhone> {
  const domain = user === "anna" ? addresses.one : addresses.two;
  const where = { domain, host: hosts[user] };
  return openOperatorPhone({ user, ...where, toneHz: tones[user], answer: "manual" });
}

beforeAll(async () => {
  network = PhoneNetwork.open();
  hosts = { citizen: network.addHost(), anna: network.addHost(), bruno: network.addHost() };
  addresses = { one: network.address, two: network.addOfficeAddress(), carrier: hosts.citizen.address };
  [one, two] = await Promise.all([startOffice("one"), startOffice("two")]);
  readers = { one: new OfficeReader(one.url), two: new OfficeReader(two.url) };
  citizen = await BaresipPhone.open({
    host: hosts.citizen,
    account: { user: "+393315550123", domain: hosts.citizen.address },
    toneHz: tones.citizen,
    answer: "manual",
  });
  anna = await operatorPhone("anna");
  bruno = await operatorPhone("bruno");
  session = await OperatorSession.open(one.url, "anna");
});
afterAll(async () => {
  for (const phone of [citizen, anna, bruno]) await phone?.close();
  for (const office of [one, two]) await office?.close();
  network?.close();
});

const ticketId = ulid();
let callId: string;

/** The citizen talks to Anna. */
beforeEach(async () => {
  for (const phone of [citizen, anna, bruno]) phone.startAfresh();
  await readers.one.startAfresh();
  await readers.two.startAfresh();
  citizen.command("dial", `sip:${officeNumber}@${addresses.one}`);
  await anna.event("CALL_INCOMING");
  anna.command("accept");
  callId = (await readers.one.event("call-answered")).call.callId;
  await hearsTone(citizen, tones.anna);
});
afterEach(async () => {
  for (const phone of [citizen, anna, bruno]) phone.command("hangup");
  for (const reader of [readers.one, readers.two]) {
    while ((await reader.callsInProgress()) > 0) await reader.event("call-ended");
  }
  for (const office of [one, two]) expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

async function transfer(mode: "blind" | "attended" = "blind"): Promise<string> {
  const transferId = ulid();
  const status = await session.command("POST", `/api/calls/${callId}/transfers`, {
    transferId,
    mode,
    target: { kind: "office", officeId: "x_test2" },
    ticketId,
    reason: "competence",
    message: "",
  });
  expect(status).toBe(202);
  return transferId;
}

/** Back with Anna, for this reason. */
async function expectReturned(cause: string): Promise<void> {
  const returned = await readers.one.event("call-returned");
  expect([returned.operatorLogin, returned.cause]).toEqual(["anna", cause]);
  await Promise.all([hearsTone(citizen, tones.anna), hearsTone(anna, tones.citizen)]);
}

describe("transfer to another office", () => {
  test("the call arrives with its ticket, contact and citizen; nobody pays for it", async () => {
    const transferId = await transfer();
    await hearsMusic(citizen, Object.values(tones));
    await bruno.event("CALL_INCOMING");
    const ringing = await readers.two.event("call-ringing");
    expect(ringing.call.caller.number).toBe("+393315550123");
    expect(ringing.call.ticket).toEqual({ ticketId, transferId });
    expect(ringing.call.transferredFrom).toMatchObject({ officeId: "x_test1", reason: "competence" });
    bruno.command("accept");
    await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
    await readers.one.event("call-transferred");
    await anna.event("CALL_CLOSED");
    citizen.command("hangup");
    await readers.one.event("call-ended");
    await readers.two.event("call-ended");
    const records = { one: (await readers.one.records()).at(-1), two: (await readers.two.records()).at(-1) };
    expect(records.one?.contactId).toBe(records.two?.contactId);
    expect(records.one?.transfers).toMatchObject([{ outcome: "transferred", tariff: "on-net" }]);
    expect(records.one?.legs.map((leg) => [leg.role, leg.tariff])).toEqual([
      ["caller", "pstn"],
      ["operator", "on-net"],
      ["office", "on-net"],
    ]);
    expect(records.two?.legs.map((leg) => [leg.role, leg.tariff])).toEqual([
      ["caller", "on-net"],
      ["operator", "on-net"],
    ]);
  });

  test("the other office is asked first: its ticket waits until the citizen is handed over", async () => {
    const transferId = await transfer("attended");
    await bruno.event("CALL_INCOMING");
    bruno.command("accept");
    await readers.one.event("call-consulting");
    await Promise.all([hearsTone(anna, tones.bruno), hearsTone(bruno, tones.anna)]);
    await hearsMusic(citizen, Object.values(tones));
    const answered = await readers.two.event("call-answered");
    expect(answered.call).toMatchObject({ ticket: { ticketId }, transferredFrom: { isConsultation: true } });
    expect(await session.command("POST", `/api/calls/${callId}/transfers/${transferId}/completion`)).toBe(204);
    await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
    expect(await readers.two.event("call-handed-over")).toMatchObject({
      operatorLogin: "bruno",
      call: { transferredFrom: { isConsultation: false } },
    });
    await anna.event("CALL_CLOSED");
  });

  test("asked first and cancelled, the citizen is back and the other office never had the citizen", async () => {
    const transferId = await transfer("attended");
    await bruno.event("CALL_INCOMING");
    bruno.command("accept");
    await readers.one.event("call-consulting");
    expect(await session.command("DELETE", `/api/calls/${callId}/transfers/${transferId}`)).toBe(204);
    await bruno.event("CALL_CLOSED");
    await expectReturned("cancelled");
    const ended = await readers.two.event("call-ended");
    expect(ended.call.transferredFrom).toMatchObject({ isConsultation: true });
  });

  test("refused by the other office, it comes back with the reason", async () => {
    await transfer();
    await bruno.event("CALL_INCOMING");
    bruno.command("hangup");
    await expectReturned("refused");
  });

  test("not answered in time, it comes back and the other phone stops ringing", async () => {
    await transfer();
    await bruno.event("CALL_INCOMING");
    await expectReturned("no-answer");
    await bruno.event("CALL_CLOSED");
  });

  test("cancelled by the operator, the citizen is back at once", async () => {
    const transferId = await transfer();
    await bruno.event("CALL_INCOMING");
    expect(await session.command("DELETE", `/api/calls/${callId}/transfers/${transferId}`)).toBe(204);
    await expectReturned("cancelled");
    await bruno.event("CALL_CLOSED");
  });

  test("the citizen who gives up while the other office rings ends everything", async () => {
    await transfer();
    await bruno.event("CALL_INCOMING");
    citizen.command("hangup");
    await Promise.all([anna.event("CALL_CLOSED"), bruno.event("CALL_CLOSED")]);
    expect((await readers.one.event("call-ended")).endCause).toBe("caller-hung-up");
    await readers.two.event("call-ended");
  });

  test("the operator may hang up after handing over: the transfer goes on", async () => {
    await transfer();
    await bruno.event("CALL_INCOMING");
    anna.command("hangup");
    await anna.event("CALL_CLOSED");
    bruno.command("accept");
    await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
    bruno.command("hangup");
    await citizen.event("CALL_CLOSED");
  });

  test("the other office's box dies while it rings: the citizen is back; started again it knows that the call is over", async () => {
    await transfer();
    await bruno.event("CALL_INCOMING");
    await two.kill();
    const returned = await readers.one.event("call-returned");
    expect(returned.operatorLogin).toBe("anna");
    await Promise.all([hearsTone(citizen, tones.anna), hearsTone(anna, tones.citizen)]);
    two = await two.restart();
    readers.two = new OfficeReader(two.url);
    const record = (await readers.two.records()).at(-1);
    expect(record).toMatchObject({ endCause: "box-restarted", ticketId });
    expect(await readers.two.callsInProgress()).toBe(0);
    // The registrar has forgotten the phone; a new one registers at once.
    await bruno.close();
    bruno = await operatorPhone("bruno");
  });

  test("the own box dies during the transfer: started again, the record is closed and the next call is taken", async () => {
    await transfer();
    await bruno.event("CALL_INCOMING");
    await one.kill();
    one = await one.restart();
    readers.one = new OfficeReader(one.url);
    session = await OperatorSession.open(one.url, "anna");
    const record = (await readers.one.records()).at(-1);
    expect(record).toMatchObject({ callId, endCause: "box-restarted" });
    expect(record?.transfers.map((each) => each.outcome)).not.toContain("pending");
    expect(await readers.one.callsInProgress()).toBe(0);
    await anna.close();
    anna = await operatorPhone("anna");
    anna.startAfresh();
    citizen.command("hangup");
    citizen.command("dial", `sip:${officeNumber}@${addresses.one}`);
    await anna.event("CALL_INCOMING");
  });
});
