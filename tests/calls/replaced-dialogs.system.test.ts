/**
 * A plain SIP phone takes the place of a dialog (INVITE with Replaces, RFC 3891) while a softphone page is in the call: real pages in Chromium, desk phone and citizen as baresip; the phone that
 * takes over is sipp, its sound an RTP peer of the test's. It knows the dialog from the office's trace. Judged by ear and by the record.
 */
import { ulid } from "ulid";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { OperatorPage } from "../../bin/demo/operator-page.ts";
import { RtpPeer } from "../../cti-box/testing/media-peers/rtp-peer.ts";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { pageCommand } from "../office/page-command.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";

const tones = { citizen: 1000, anna: 440, carla: 700, other: 600 };
let network: PhoneNetwork;
let office: OfficeProcess;
let reader: OfficeReader;
let citizen: BaresipPhone;
let carla: BaresipPhone;
let anna: OperatorPage;
let otherAddress: string;
let other: RtpPeer;

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  network = PhoneNetwork.open();
  const { address } = network;
  const carrier = network.addHost();
  const desk = network.addHost();
  otherAddress = network.addOfficeAddress();
  const config = officeConfig({
    officeId: "x_test1",
    address,
    carrierAddress: carrier.address,
    operators: ["anna", "bruno", "carla"],
    sip: { trace: true },
  });
  const accounts = config["operators"] as { login: string }[];
  office = await startOfficeProcess({
    ...config,
    // Citizens ring at the page alone.
    queues: [
      { queueId: "urp", label: "URP" },
      { queueId: "back", label: "Back office" },
    ],
    operators: accounts.map((account) => ({ ...account, queues: [account.login === "anna" ? "urp" : "back"] })),
  });
  reader = new OfficeReader(office.url);
  const account = { user: "+393315550123", domain: carrier.address };
  citizen = await BaresipPhone.open({ host: carrier, account, toneHz: tones.citizen, answer: "manual" });
  carla = await openOperatorPhone({
    user: "carla",
    domain: address,
    host: desk,
    toneHz: tones.carla,
    answer: "manual",
  });
  const link = office.oneTimeLinks["anna"] ?? "";
  anna = await OperatorPage.open({ name: "anna", program, link, toneHz: tones.anna, tickets: "none" });
});
afterAll(async () => {
  await anna?.close();
  for (const phone of [citizen, carla]) await phone?.close();
  await office?.close();
  network?.close();
});
beforeEach(async () => {
  for (const phone of [citizen, carla]) phone.startAfresh();
  await reader.startAfresh();
  other = await RtpPeer.open({ address: otherAddress, codecs: ["pcma"] });
});
afterEach(async () => {
  await other.close();
  for (const phone of [citizen, carla]) phone.command("hangup");
  await expect.poll(() => reader.callsInProgress()).toBe(0);
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

/** As the phone that takes over has to name the dialog: the box's own tag is `to-tag`. */
async function replacesHeader(callId: string, operator: string): Promise<string> {
  const legs = (await reader.trace(callId))?.legs.filter(({ peer }) => peer?.name === operator) ?? [];
  const texts = legs.flatMap(({ messages }) => messages.map(({ text }) => text));
  const answer = texts.find((text) => /^SIP\/2\.0 (200|180)[\s\S]*^CSeq: \d+ INVITE/m.test(text)) ?? "";
  const sipCallId = /^Call-ID: *(\S+)/im.exec(answer)?.[1];
  const tag = (name: string): string => new RegExp(`^${name}:.*;tag=([^;\\s]+)`, "im").exec(answer)?.[1] ?? "";
  return `Replaces: ${sipCallId};to-tag=${tag("From")};from-tag=${tag("To")}`;
}

/** The other phone is answered and talks; resolves when it is hung up. */
async function takeOver(user: string, callId: string, of: string): Promise<{ hungUp: Promise<void> }> {
  const replaces = await replacesHeader(callId, of);
  const hungUp = runSipp({
    scenario: "take-over",
    target: `${network.address}:5060`,
    from: otherAddress,
    number: user,
    password: passwordOf(user),
    headers: [replaces],
    description: other.offer(),
  });
  const sip = /^Replaces: ([^;]+)/.exec(replaces)?.[1];
  await Promise.race([expect.poll(() => answerToOther(callId, sip), { timeout: 10_000 }).not.toBeNull(), hungUp]);
  other.accept((await answerToOther(callId, sip)) ?? "");
  other.speak(tones.other);
  return { hungUp };
}

/** What the box answered to an INVITE that names this dialog. */
async function answerToOther(callId: string, replaced: string | undefined): Promise<string | null> {
  const legs = (await reader.trace(callId))?.legs ?? [];
  const leg = legs.find(({ messages }) => messages.some(({ text }) => text.includes(`Replaces: ${replaced}`)));
  const answer = leg?.messages.find(({ direction, text }) => direction === "sent" && text.startsWith("SIP/2.0 200"));
  return answer === undefined ? null : answer.text;
}

test("a colleague whom a page has called goes on with the conversation on another phone, and the page with it", async () => {
  await anna.page.keyboard.press("Control+Shift+L");
  await anna.page.keyboard.type("203");
  await anna.page.keyboard.press("Enter");
  await carla.event("CALL_INCOMING");
  const { callId } = (await reader.event("call-ringing")).call;
  carla.command("accept");
  await Promise.all([anna.hears(tones.carla), hearsTone(carla, tones.anna)]);
  const { hungUp } = await takeOver("carla", callId, "carla");
  await carla.event("CALL_CLOSED");
  await Promise.all([anna.hears(tones.other), other.ear.hearsTone(tones.anna)]);
  await anna.click("action.hold");
  await other.ear.losesTone(tones.anna);
  await anna.click("action.resume");
  await other.ear.hearsTone(tones.anna);
  await anna.click("action.hang-up");
  expect((await reader.event("call-ended")).endCause).toBe("caller-hung-up");
  await hungUp;
  const record = (await reader.records()).find((each) => each.callId === callId);
  expect(record).toMatchObject({ direction: "internal", operatorLogins: ["carla"] });
  expect(record?.legs.map(({ peer, direction, answeredAt }) => [peer.name, direction, answeredAt !== null])).toEqual([
    ["anna", "out", true],
    ["carla", "out", true],
    ["carla", "in", true],
  ]);
  await anna.untilFree();
});

test("an operator at a page goes on with a citizen on a phone: the call keeps its ticket and its operator", async () => {
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  const { callId } = (await reader.event("call-ringing")).call;
  await anna.click("action.answer");
  await Promise.all([anna.hears(tones.citizen), hearsTone(citizen, tones.anna)]);
  const ticketId = ulid();
  expect(await pageCommand(anna.page, { method: "PUT", path: `/api/calls/${callId}/ticket`, body: { ticketId } })).toBe(
    204,
  );
  const { hungUp } = await takeOver("anna", callId, "anna");
  await Promise.all([hearsTone(citizen, tones.other), other.ear.hearsTone(tones.citizen)]);
  // The page stays with the call and its ticket, without sound of its own.
  await anna.page.locator("article[data-card-state=detached]").waitFor();
  citizen.command("hangup");
  expect((await reader.event("call-ended")).endCause).toBe("caller-hung-up");
  await hungUp;
  const record = (await reader.records()).find((each) => each.callId === callId);
  expect(record).toMatchObject({ operatorLogins: ["anna"], ticketId, endCause: "caller-hung-up" });
  expect(record?.legs.map(({ peer, direction }) => [peer.name, direction])).toEqual([
    ["carrier", "in"],
    ["anna", "out"],
    ["anna", "in"],
  ]);
  await anna.untilFree();
});

test("a call that rings at a page is taken by a colleague's phone, and the page stops ringing", async () => {
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  const { callId } = (await reader.event("call-ringing")).call;
  const answer = anna.page.getByRole("button", { name: "Rispondi", exact: true });
  await answer.waitFor();
  const { hungUp } = await takeOver("bruno", callId, "anna");
  await answer.waitFor({ state: "detached" });
  await Promise.all([hearsTone(citizen, tones.other), other.ear.hearsTone(tones.citizen)]);
  expect(await reader.event("call-ring-ended")).toMatchObject({
    operatorLogin: "anna",
    outcome: "answered-elsewhere",
  });
  await anna.untilFree();
  citizen.command("hangup");
  await hungUp;
  await reader.event("call-ended");
  const record = (await reader.records()).find((each) => each.callId === callId);
  expect(record).toMatchObject({ operatorLogins: ["bruno"], endCause: "caller-hung-up" });
});
