/**
 * Peak sharing: two offices, each its own program, and real phones. Anna's office has one operator, who talks: the next citizen waits too long and is
 * offered to Bruno's office. Sound is judged by content, costs and origin by both offices' records.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const tones = { first: 1300, second: 1000, anna: 440, bruno: 700 };
type Citizen = "first" | "second";
let network: PhoneNetwork;
let addresses: { one: string; two: string };
let offices: { one: OfficeProcess; two: OfficeProcess };
let readers: { one: OfficeReader; two: OfficeReader };
let citizens: Record<Citizen, BaresipPhone>;
let anna: BaresipPhone;
let bruno: BaresipPhone;

/** `carriers`: the addresses that citizens call from. */
function startOffice(which: "one" | "two", carriers: readonly string[]): Promise<OfficeProcess> {
  const ids = { one: "x_test1", two: "x_test2" };
  const other = which === "one" ? "two" : "one";
  const config = officeConfig({
    officeId: ids[which],
    address: addresses[which],
    carrierAddress: carriers[0] ?? "",
    operators: [which === "one" ? "anna" : "bruno"],
    others: [{ officeId: ids[other], address: addresses[other] }],
    trunk: { addresses: carriers },
  });
  const directory = (config["network"] as { offices: { officeId: string }[] }).offices.map((entry) =>
    entry.officeId === ids.two ? { ...entry, sharing: { capacity: 1 } } : entry,
  );
  return startOfficeProcess({
    ...config,
    queues: [{ queueId: "urp", label: "URP", sharing: { whenWaiting: 0, answerSeconds: 4 } }],
    network: { offices: directory },
  });
}

beforeAll(async () => {
  network = PhoneNetwork.open();
  addresses = { one: network.address, two: network.addOfficeAddress() };
  const hosts = { first: network.addHost(), second: network.addHost() };
  const carriers = [hosts.first.address, hosts.second.address];
  const [one, two] = await Promise.all([startOffice("one", carriers), startOffice("two", carriers)]);
  offices = { one, two };
  readers = { one: new OfficeReader(one.url), two: new OfficeReader(two.url) };
  const open = (name: Citizen): Promise<BaresipPhone> =>
    BaresipPhone.open({
      host: hosts[name],
      account: { user: name === "first" ? "+393315550101" : "+393315550102", domain: hosts[name].address },
      toneHz: tones[name],
      answer: "manual",
    });
  citizens = { first: await open("first"), second: await open("second") };
  const at = (domain: string) => ({ domain, host: network.addHost(), answer: "manual" }) as const;
  anna = await openOperatorPhone({ user: "anna", toneHz: tones.anna, ...at(addresses.one) });
  bruno = await openOperatorPhone({ user: "bruno", toneHz: tones.bruno, ...at(addresses.two) });
});
afterAll(async () => {
  for (const phone of [citizens?.first, citizens?.second, anna, bruno]) await phone?.close();
  for (const office of [offices?.one, offices?.two]) await office?.close();
  network?.close();
});

/** The first citizen talks to Anna, the second one waits and rings at Bruno's. */
beforeEach(async () => {
  for (const phone of [citizens.first, citizens.second, anna, bruno]) phone.startAfresh();
  await readers.one.startAfresh();
  await readers.two.startAfresh();
  citizens.first.command("dial", `sip:${officeNumber}@${addresses.one}`);
  await anna.event("CALL_INCOMING");
  anna.command("accept");
  await readers.one.event("call-answered");
  citizens.second.command("dial", `sip:${officeNumber}@${addresses.one}`);
  expect(await readers.one.event("call-overflow-offered")).toMatchObject({ toOfficeId: "x_test2" });
  await bruno.event("CALL_INCOMING");
});
afterEach(async () => {
  for (const phone of [citizens.first, citizens.second, anna, bruno]) phone.command("hangup");
  for (const reader of [readers.one, readers.two]) {
    while ((await reader.callsInProgress()) > 0) await reader.event("call-ended");
  }
  for (const office of [offices.one, offices.two]) expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

describe("a saturated office", () => {
  test("its citizen is answered by the other one; both records say so, and nobody pays for it", async () => {
    await hearsMusic(citizens.second, Object.values(tones));
    const ringing = await readers.two.event("call-ringing");
    expect(ringing.call.transferredFrom).toMatchObject({ officeId: "x_test1", reason: "overflow", isOverflow: true });
    expect(ringing.call.caller.number).toBe("+393315550102");
    bruno.command("accept");
    const taken = await readers.one.event("call-overflowed");
    await Promise.all([hearsTone(citizens.second, tones.bruno), hearsTone(bruno, tones.second)]);
    citizens.second.command("hangup");
    await readers.two.event("call-ended");
    await readers.one.event("call-ended");
    const here = (await readers.one.records()).find(({ callId }) => callId === taken.call.callId);
    const there = (await readers.two.records()).find(({ callId }) => callId === ringing.call.callId);
    expect(here).toMatchObject({
      operatorLogins: [],
      transfers: [
        {
          target: { kind: "office", officeId: "x_test2" },
          reason: "overflow",
          outcome: "transferred",
          tariff: "on-net",
        },
      ],
    });
    expect(there).toMatchObject({
      contactId: here?.contactId,
      operatorLogins: ["bruno"],
      legs: [{ tariff: "on-net" }, {}],
    });
  });

  test("the other one does not answer in time: the citizen still waits, and Anna has him when she is free", async () => {
    expect(await readers.one.event("call-overflow-failed")).toMatchObject({ cause: "no-answer" });
    await bruno.event("CALL_CLOSED");
    await hearsMusic(citizens.second, Object.values(tones));
    anna.startAfresh();
    citizens.first.command("hangup");
    await anna.event("CALL_INCOMING");
    anna.command("accept");
    await Promise.all([hearsTone(citizens.second, tones.anna), hearsTone(anna, tones.second)]);
  });
});
