/** An operator calls a citizen from the page, by keyboard: the citizen's telephone is baresip behind the carrier, the page a real browser. */
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
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

let network: PhoneNetwork;
let office: OfficeProcess;
let reader: OfficeReader;
let citizen: BaresipPhone;
let browser: Browser;
let page: Page;
const folder = mkdtempSync(join(tmpdir(), "la2-dial-"));
const operatorToneHz = 440;

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  network = PhoneNetwork.open();
  const host = network.addHost();
  const outbound = { uri: `sip:${host.address}:5060;transport=udp`, callerId: { number: officeNumber } };
  const { address } = network;
  const trunk = { outbound };
  office = await startOfficeProcess(
    officeConfig({ officeId: "x_test1", address, carrierAddress: host.address, operators: ["anna"], trunk }),
  );
  reader = new OfficeReader(office.url);
  const account = { user: "+393335550123", domain: host.address };
  citizen = await BaresipPhone.open({ host, account, toneHz: 1000, answer: "manual" });
  const microphone = join(folder, "microphone.wav");
  writeFileSync(microphone, wavOf(tone(operatorToneHz, 10)));
  browser = await chromium.launch({
    executablePath: program,
    args: [
      "--no-sandbox",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  });
  page = await (await browser.newContext({ locale: "it-IT", permissions: ["microphone"] })).newPage();
  const link = new URL(office.oneTimeLinks["anna"] ?? "");
  // Plain audio: noise suppressors would take a pure tone for noise.
  await page.goto(`${link.origin}/?audio=plain${link.hash}`);
  await page.locator("main[data-link-box=connected][data-link-phone=connected]").waitFor();
});
afterAll(async () => {
  await browser?.close();
  await citizen?.close();
  await office?.close();
  network?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function violations(): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  return found.violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

test("the page answers its own call, the citizen rings and talks, and can be called again", async () => {
  const said = page.locator('[data-announcer="dial"]');
  await page.keyboard.press("Control+Shift+L");
  await page.keyboard.type("333 555 0123");
  await page.keyboard.press("Enter");
  await citizen.event("CALL_INCOMING");
  await said.filter({ hasText: "333 555 0123: Squilla" }).waitFor({ state: "attached" });
  expect(await violations()).toEqual([]);
  citizen.command("accept");
  await page.getByText("In conversazione").waitFor();
  const answered = await reader.event("call-answered");
  expect(answered.call).toMatchObject({ direction: "out", operatorLogin: "anna" });
  await hearsTone(citizen, operatorToneHz);
  await page.keyboard.press("Control+Shift+E");
  await citizen.event("CALL_CLOSED");
  expect((await reader.event("call-ended")).endCause).toBe("operator-hung-up");
  await page.getByRole("button", { name: "Richiama", exact: true }).click();
  await citizen.event("CALL_INCOMING");
  citizen.command("hangup");
  await page.getByText("La chiamata è stata rifiutata.").or(page.getByText("Il numero è occupato.")).first().waitFor();
  expect(await violations()).toEqual([]);
  expect(await reader.callsInProgress()).toBe(0);
});
