/** A call of a page lives through the refreshes of its session timers: the shortest interval is 90 s, so this takes a minute. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tone, wavOf } from "../../bin/carrier/sound.ts";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { Browser, Page } from "playwright-core";
import type { OfficeProcess } from "../office/office-process.ts";

const tones = { citizen: 1000, anna: 440 };
const folder = mkdtempSync(join(tmpdir(), "la2-refresh-"));
let network: PhoneNetwork;
let office: OfficeProcess;
let reader: OfficeReader;
let citizen: BaresipPhone;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  network = PhoneNetwork.open();
  const host = network.addHost();
  const { address } = network;
  const sip = { sessionExpiresSeconds: 90, trace: true };
  const choice = { officeId: "x_test1", address, carrierAddress: host.address, operators: ["anna"], sip };
  office = await startOfficeProcess(officeConfig(choice));
  reader = new OfficeReader(office.url);
  const account = { user: "+393315550123", domain: host.address };
  citizen = await BaresipPhone.open({ host, account, toneHz: tones.citizen, answer: "manual" });
  const microphone = join(folder, "microphone.wav");
  writeFileSync(microphone, wavOf(tone(tones.anna, 10)));
  browser = await chromium.launch({
    executablePath: program,
    args: [
      "--no-sandbox",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  });
  page = await browser.newPage();
  await page.goto((office.oneTimeLinks["anna"] ?? "").replace("/#", "/?audio=plain#"));
  await page.locator("main[data-link-box=connected][data-link-phone=connected]").waitFor();
});
afterAll(async () => {
  await browser?.close();
  await citizen?.close();
  await office?.close();
  network?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Refreshes that were answered, by leg. */
async function refreshes(callId: string): Promise<Record<string, number>> {
  const legs = (await reader.trace(callId))?.legs ?? [];
  return Object.fromEntries(
    legs.map(({ peer, messages }) => {
      const sent = messages.filter(
        ({ direction, text }) => direction === "sent" && /^(INVITE|UPDATE) /.test(text) && /^To:.*;tag=/im.test(text),
      );
      const answered = sent.filter(({ text }) => {
        const number = /^CSeq: (\d+ \w+)/im.exec(text)?.[1] ?? "";
        return messages.some(
          (each) =>
            each.direction === "received" && new RegExp(`^SIP/2.0 200[\\s\\S]*^CSeq: ${number}`, "im").test(each.text),
        );
      });
      return [peer?.kind ?? "unknown", answered.length];
    }),
  );
}

test("both legs are refreshed after 45 s, and the two go on hearing each other", { timeout: 120_000 }, async () => {
  citizen.command("dial", `sip:${officeNumber}@${network.address}`);
  await page.getByRole("button", { name: "Rispondi", exact: true }).click();
  const { callId } = (await reader.event("call-answered")).call;
  await hearsTone(citizen, tones.anna);
  await expect.poll(() => refreshes(callId), { timeout: 70_000, interval: 1_000 }).toEqual({ server: 1, phone: 1 });
  await hearsTone(citizen, tones.anna);
  expect(citizen.unheard()).not.toContain("CALL_CLOSED");
  citizen.command("hangup");
  expect((await reader.event("call-ended")).endCause).toBe("caller-hung-up");
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
