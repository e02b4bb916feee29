/**
 * An operator with a softphone page and a desk phone (baresip) at the same time: both ring, one takes the call, also when both try; a page
 * that crashes while it rings gives the call to the next operator.
 */
import { chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { Browser, Page } from "playwright-core";
import type { OfficeProcess } from "../office/office-process.ts";
import type { PhoneHost } from "../phones/phone-network.ts";

const tones = { citizen: 1000, anna: 440, bruno: 700 };
let network: PhoneNetwork;
let hosts: Record<"citizen" | "anna" | "bruno", PhoneHost>;
let office: OfficeProcess;
let reader: OfficeReader;
let citizen: BaresipPhone;
let anna: BaresipPhone;
let browser: Browser;
let page: Page;
let bruno: BaresipPhone | null = null;

function operatorPhone(user: "anna" | "bruno"): Promise<BaresipPhone> {
  const where = { domain: network.address, host: hosts[user] };
  return openOperatorPhone({ user, ...where, toneHz: tones[user], answer: "manual" });
}

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  network = PhoneNetwork.open();
  hosts = { citizen: network.addHost(), anna: network.addHost(), bruno: network.addHost() };
  const carrierAddress = hosts.citizen.address;
  const operators = ["anna", "bruno"];
  const address = network.address;
  office = await startOfficeProcess(officeConfig({ officeId: "x_test1", address, carrierAddress, operators }));
  reader = new OfficeReader(office.url);
  const account = { user: "+393315550123", domain: hosts.citizen.address };
  citizen = await BaresipPhone.open({ host: hosts.citizen, account, toneHz: tones.citizen, answer: "manual" });
  anna = await operatorPhone("anna");
  browser = await chromium.launch({
    executablePath: program,
    args: ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"],
  });
  page = await browser.newPage();
  await page.goto(office.oneTimeLinks["anna"] ?? "");
  await page.locator("main[data-link-box=connected][data-link-phone=connected]").waitFor();
});
afterAll(async () => {
  await browser?.close();
  for (const phone of [citizen, anna, bruno]) await phone?.close();
  await office?.close();
  network?.close();
});
afterEach(async () => {
  for (const phone of [citizen, anna]) phone.command("hangup");
  while ((await reader.callsInProgress()) > 0) await reader.event("call-ended");
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});

/** Both of Anna's devices ring. */
async function callIn(): Promise<void> {
  await reader.startAfresh();
  for (const phone of [citizen, anna]) phone.startAfresh();
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await Promise.all([
    anna.event("CALL_INCOMING"),
    page.getByRole("button", { name: "Rispondi", exact: true }).waitFor(),
  ]);
}

test("the desk phone takes the call: the page stops ringing and shows it; hold on the phone is seen", async () => {
  await callIn();
  anna.command("accept");
  await hearsTone(citizen, tones.anna);
  await page.getByRole("button", { name: "Rispondi", exact: true }).waitFor({ state: "detached" });
  anna.command("hold");
  expect((await reader.event("call-held")).heldBy).toBe("operator");
  anna.command("resume");
  await hearsTone(citizen, tones.anna);
});

test("page and desk phone answer at the same moment: one of them has the citizen", async () => {
  for (let round = 0; round < 5; round += 1) {
    await callIn();
    anna.command("accept");
    await page.keyboard.press("Control+Shift+A");
    const answered = await reader.event("call-answered");
    expect(answered.operatorLogin).toBe("anna");
    citizen.command("hangup");
    await reader.event("call-ended");
    const record = (await reader.records()).at(-1);
    const talked = record?.legs.filter((leg) => leg.role === "operator" && leg.answeredAt !== null);
    expect(talked).toHaveLength(1);
    await page.locator("main[data-operator-state=available]").waitFor();
  }
});

test("a page that crashes while it rings: the next operator rings", async () => {
  bruno = await operatorPhone("bruno");
  await anna.close();
  // Anna has been idle for longer than Bruno has been here: she is rung first.
  await reader.startAfresh();
  citizen.startAfresh();
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await page.getByRole("button", { name: "Rispondi", exact: true }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  // The page gets no chance to say goodbye; the command's answer never comes either.
  void devtools.send("Page.crash").catch(() => undefined);
  await bruno.event("CALL_INCOMING");
  bruno.command("accept");
  await hearsTone(citizen, tones.bruno);
  expect((await reader.event("call-ring-ended")).outcome).toBe("unreachable");
});
