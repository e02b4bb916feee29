/**
 * Whoever talks can see with whom: a desk phone that takes UPDATE (linphone), phones that do not (baresip), two offices, a colleague, and a citizen whose telephone is told
 * nothing. What goes over the wire is read from both boxes' traces, and everybody is heard.
 */
import { ulid } from "ulid";
import { afterEach, beforeEach, expect, test } from "vitest";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { LinphonePhone } from "../phones/linphone-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const tones = { citizen: 1000, bruno: 700, carla: 500 };
let network: PhoneNetwork;
let one: OfficeProcess;
let two: OfficeProcess;
let readers: { one: OfficeReader; two: OfficeReader };
let citizen: BaresipPhone;
let anna: LinphonePhone;
let bruno: BaresipPhone;
let carla: BaresipPhone;

beforeEach(async () => {
  network = PhoneNetwork.open();
  const carrier = network.addHost();
  const address = { one: network.address, two: network.addOfficeAddress() };
  const start = (here: "one" | "two", operators: string[]): Promise<OfficeProcess> => {
    const other = here === "one" ? ["x_test2", address.two] : ["x_test1", address.one];
    const [officeId = "", at = ""] = other;
    return startOfficeProcess(
      officeConfig({
        officeId: here === "one" ? "x_test1" : "x_test2",
        address: address[here],
        carrierAddress: carrier.address,
        operators,
        others: [{ officeId, address: at }],
        sip: { trace: true },
      }),
    );
  };
  [one, two] = await Promise.all([start("one", ["anna", "carla"]), start("two", ["bruno"])]);
  readers = { one: new OfficeReader(one.url), two: new OfficeReader(two.url) };
  const account = { user: "+393315550123", domain: carrier.address };
  citizen = await BaresipPhone.open({ host: carrier, account, toneHz: tones.citizen, answer: "manual" });
  anna = await LinphonePhone.open({
    host: network.addHost(),
    account: { user: "anna", domain: address.one, password: passwordOf("anna"), transport: "udp" },
    toneHz: 440,
    speaks: "PCMA",
  });
  await anna.register();
  const desk = (user: "bruno" | "carla", domain: string): Promise<BaresipPhone> =>
    openOperatorPhone({ user, domain, host: network.addHost(), toneHz: tones[user], answer: "manual" });
  bruno = await desk("bruno", address.two);
  carla = await desk("carla", address.one);
  // The queue finds Anna alone.
  const carlas = await OperatorSession.open(one.url, "carla");
  expect(await carlas.command("PUT", "/api/operators/me/availability", { availability: "away" })).toBe(204);
});
afterEach(async () => {
  for (const phone of [citizen, anna, bruno, carla]) await phone?.close();
  for (const office of [one, two]) await office?.close();
  network?.close();
});

/** Messages that a box sent in that call once it was set up and that say who is there, one line each: method or status and P-Asserted-Identity. */
async function told(reader: OfficeReader, callId: string, peer: "server" | "phone"): Promise<string[]> {
  const legs = (await reader.trace(callId))?.legs.filter((leg) => leg.peer?.kind === peer) ?? [];
  return legs.flatMap(({ messages }) =>
    messages.flatMap(({ direction, text }) => {
      const asserted = /^P-Asserted-Identity: (.*)$/im.exec(text)?.[1]?.trim();
      const isFirst = text.startsWith("INVITE ") && !/^To:.*tag=/im.test(text);
      return direction === "sent" && asserted !== undefined && !isFirst
        ? [`${text.startsWith("SIP/2.0 ") ? text.slice(8, 11) : text.split(" ")[0]} ${asserted}`]
        : [];
    }),
  );
}

test("a consulted office is named on the operator's phone, its operator sees who asks, and then the citizen; the carrier learns nothing", async () => {
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  const call = await anna.event("LinphoneCallIncomingReceived");
  await anna.command(`answer ${call}`);
  await anna.event("LinphoneCallStreamsRunning");
  const { callId } = (await readers.one.event("call-answered")).call;
  const session = await OperatorSession.open(one.url, "anna");
  const transferId = ulid();
  const target = { kind: "office", officeId: "x_test2" };
  const order = { transferId, mode: "attended", target, ticketId: null, reason: "competence", message: "" };
  expect(await session.command("POST", `/api/calls/${callId}/transfers`, order)).toBe(202);
  await bruno.event("CALL_INCOMING");
  bruno.command("accept");
  const theirs = (await readers.two.event("call-answered")).call;
  await readers.one.event("call-consulting");
  const office = (id: string): string => `"Office ${id}" <sip:${id}@`;
  await expect
    .poll(() => told(readers.one, callId, "phone"))
    .toEqual([expect.stringContaining(`UPDATE ${office("x_test2")}`)]);
  await expect
    .poll(() => told(readers.one, callId, "server"))
    .toEqual([expect.stringContaining(`UPDATE ${office("x_test1")}`)]);
  await expect
    .poll(() => told(readers.two, theirs.callId, "phone"))
    .toEqual([expect.stringContaining(`INVITE "Office x_test1" <sip:x_test1@`)]);
  expect(await told(readers.two, theirs.callId, "server")).toEqual([
    expect.stringContaining(`200 ${office("x_test2")}`),
  ]);
  const brunos = await OperatorSession.open(two.url, "bruno");
  expect((await brunos.cards())[0]?.onTheLine).toMatchObject({ displayName: "Office x_test1" });
  expect(await session.command("POST", `/api/calls/${callId}/transfers/${transferId}/completion`)).toBe(204);
  await readers.one.event("call-transferred");
  await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
  await expect.poll(async () => (await brunos.cards())[0]?.onTheLine).toBeNull();
  await expect.poll(async () => (await told(readers.two, theirs.callId, "phone")).length).toBe(2);
  // The carrier is a server as well: all that was told went to the other office.
  const carriers = (await readers.one.trace(callId))?.legs.find((leg) => leg.messages[0]?.direction === "received");
  const toCarrier = carriers?.messages.filter(({ direction }) => direction === "sent").map(({ text }) => text) ?? [];
  expect(toCarrier.length).toBeGreaterThan(1);
  expect(toCarrier.join("\n")).not.toMatch(/P-Asserted-Identity|from-change|x_test2|anna/i);
  citizen.command("hangup");
  await bruno.event("CALL_CLOSED");
  for (const each of [one, two]) expect(each.log()).not.toMatch(/left something behind|"level":50/);
});

test("a colleague's phone that answers for somebody else is named to the caller; the caller's real phone shows it", async () => {
  await readers.one.startAfresh();
  await anna.startAfresh();
  carla.startAfresh();
  const session = await OperatorSession.open(one.url, "carla");
  expect(await session.command("PUT", "/api/operators/me/availability", { availability: "available" })).toBe(204);
  const call = await anna.call(`sip:carla@${network.address}`);
  await carla.event("CALL_INCOMING");
  carla.command("accept");
  await anna.is(call, "LinphoneCallStreamsRunning");
  const { callId } = (await readers.one.event("call-answered")).call;
  await expect
    .poll(() => told(readers.one, callId, "phone"))
    .toEqual([expect.stringContaining('200 "carla" <sip:202@')]);
  await anna.command(`terminate ${call}`);
  await carla.event("CALL_CLOSED");
  expect(one.log()).not.toMatch(/left something behind|"level":50/);
});
