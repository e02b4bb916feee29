/**
 * An operator calls another office: two boxes, each its own program with its engine in a process of its own, media at an rtpengine, real desk phones (baresip) judged by ear. Either side hangs up, and
 * either box is killed in the middle and goes on from its journal.
 */
import { ulid } from "ulid";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { officeConfig } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { heardSoFar, hearsAnew, hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";
import type { CallRecord } from "../../cti-box/contracts/index.ts";

type Side = "one" | "two";

const tones = { anna: 440, bruno: 700 };
const ids: Record<Side, string> = { one: "x_test1", two: "x_test2" };
let network: PhoneNetwork;
let rtpengine: RtpengineProcess;
let offices: Record<Side, OfficeProcess>;
let readers: Record<Side, OfficeReader>;
let session: OperatorSession;
let anna: BaresipPhone;
let bruno: BaresipPhone;
let callId: string;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const hosts = { anna: network.addHost(), bruno: network.addHost() };
  const addresses: Record<Side, string> = { one: network.address, two: network.addOfficeAddress() };
  rtpengine = await startRtpengine({ address: network.address });
  const { ngHost, ngPort } = rtpengine;
  const start = (here: Side, operator: string): Promise<OfficeProcess> => {
    const there = here === "one" ? "two" : "one";
    const config = officeConfig({
      officeId: ids[here],
      address: addresses[here],
      carrierAddress: "192.0.2.1",
      operators: [operator],
      others: [{ officeId: ids[there], address: addresses[there] }],
    });
    return startOfficeProcess({
      ...config,
      engine: { kind: "own-process" },
      media: { kind: "rtpengine", ngHost, ngPort },
    });
  };
  const [one, two] = await Promise.all([start("one", "anna"), start("two", "bruno")]);
  offices = { one, two };
  readers = { one: new OfficeReader(one.url), two: new OfficeReader(two.url) };
  const phone = (user: "anna" | "bruno", side: Side, answer: "auto" | "manual"): Promise<BaresipPhone> =>
    openOperatorPhone({ user, domain: addresses[side], host: hosts[user], toneHz: tones[user], answer });
  anna = await phone("anna", "one", "auto");
  bruno = await phone("bruno", "two", "manual");
  session = await OperatorSession.open(one.url, "anna");
});
afterAll(async () => {
  for (const phone of [anna, bruno]) await phone?.close();
  for (const office of Object.values(offices ?? {})) await office.close();
  await rtpengine?.close();
  network?.close();
});

/** Bruno's phone rings with the call of Anna's office. */
beforeEach(async () => {
  for (const phone of [anna, bruno]) phone.startAfresh();
  for (const reader of Object.values(readers)) await reader.startAfresh();
  callId = ulid();
  const target = { kind: "office", officeId: ids.two };
  expect(await session.command("POST", "/api/calls", { callId, target })).toBe(202);
  await bruno.event("CALL_INCOMING");
});
afterEach(async () => {
  for (const phone of [anna, bruno]) phone.command("hangup");
  for (const side of ["one", "two"] as const) {
    await expect.poll(() => readers[side].callsInProgress(), { timeout: 10_000 }).toBe(0);
    expect(offices[side].log()).not.toMatch(/left something behind|"level":50/);
  }
});

async function answered(): Promise<void> {
  bruno.command("accept");
  await Promise.all([hearsTone(anna, tones.bruno), hearsTone(bruno, tones.anna)]);
  for (const reader of Object.values(readers)) await reader.event("call-answered");
}

/** Each hears on what the other one says, from now on. */
async function hearOn(): Promise<void> {
  const before = heardSoFar(anna);
  await Promise.all([hearsAnew(anna, [tones.bruno], before), brunoHearsOn()]);
}

async function brunoHearsOn(): Promise<void> {
  await hearsAnew(bruno, [tones.anna], heardSoFar(bruno));
}

/** Afterwards only Bruno is judged: baresip 1.0 writes down nothing any more once it has held a call itself, whatever arrives. */
async function annaHoldsAndResumes(): Promise<void> {
  anna.command("hold");
  await readers.one.event("call-held");
  await hearsMusic(bruno, Object.values(tones));
  anna.command("resume");
  await readers.one.event("call-resumed");
  await brunoHearsOn();
}

async function killAndRestart(side: Side): Promise<void> {
  await offices[side].kill();
  await hearOn();
  offices[side] = await offices[side].restart();
  readers[side] = readers[side].at(offices[side].url);
  if (side === "one") session = session.at(offices.one.url);
}

/** The last records of both offices, once the call is over at both. */
async function records(): Promise<Record<Side, CallRecord | undefined>> {
  for (const reader of Object.values(readers)) await reader.event("call-ended");
  return { one: (await readers.one.records()).at(-1), two: (await readers.two.records()).at(-1) };
}

test("the caller hangs up: both offices have the call, free of charge, and tell the same story", async () => {
  const ringing = await readers.two.event("call-ringing");
  expect(ringing.call).toMatchObject({ ticket: null, transferredFrom: { officeId: ids.one, isOfficeCall: true } });
  await answered();
  anna.command("hangup");
  await bruno.event("CALL_CLOSED");
  const { one, two } = await records();
  expect(one).toMatchObject({ callId, direction: "out", operatorLogins: ["anna"], endCause: "operator-hung-up" });
  expect(two).toMatchObject({ direction: "in", operatorLogins: ["bruno"], endCause: "caller-hung-up" });
  expect([one, two].map((record) => record?.legs.map(({ peer, tariff }) => [peer.kind, peer.name, tariff]))).toEqual([
    [
      ["member", ids.two, "on-net"],
      ["operator", "anna", "on-net"],
    ],
    [
      ["member", ids.one, "on-net"],
      ["operator", "bruno", "on-net"],
    ],
  ]);
  expect(one?.contactId).toBe(two?.contactId);
  expect(Math.abs((one?.legs[0]?.talkSeconds ?? 0) - (two?.legs[0]?.talkSeconds ?? 0))).toBeLessThanOrEqual(1);
});

test("the called office hangs up", async () => {
  await answered();
  bruno.command("hangup");
  await anna.event("CALL_CLOSED");
  const { one, two } = await records();
  expect([one?.endCause, two?.endCause]).toEqual(["caller-hung-up", "operator-hung-up"]);
});

test("the called office declines, and the caller is told", async () => {
  bruno.command("hangup");
  await anna.event("CALL_CLOSED");
  const { one } = await records();
  expect(one).toMatchObject({ callId, answeredAt: null });
  expect(one?.endCause).toMatch(/^callee-/);
});

test("hold by the caller is music for the called office, and ends", async () => {
  await answered();
  await annaHoldsAndResumes();
});

test.each([
  ["the calling", "one"],
  ["the called", "two"],
] as const)("%s office's box is killed: they talk on, and its record is complete afterwards", async (_which, lost) => {
  await answered();
  await killAndRestart(lost);
  expect(await readers[lost].callsInProgress()).toBe(1);
  await hearOn();
  await annaHoldsAndResumes();
  bruno.command("hangup");
  await anna.event("CALL_CLOSED");
  const { one, two } = await records();
  expect(one).toMatchObject({ callId, endCause: "caller-hung-up" });
  expect(two).toMatchObject({ endCause: "operator-hung-up" });
});

test("the called office's box is killed while it rings: the caller is told, and both records say so", async () => {
  await offices.two.kill();
  const closed = Promise.all([anna.event("CALL_CLOSED"), bruno.event("CALL_CLOSED")]);
  offices.two = await offices.two.restart();
  readers.two = readers.two.at(offices.two.url);
  await closed;
  const { one, two } = await records();
  expect(one).toMatchObject({ callId, answeredAt: null, endCause: "callee-not-reachable" });
  expect(two).toMatchObject({ answeredAt: null, endCause: "box-restarted" });
});
