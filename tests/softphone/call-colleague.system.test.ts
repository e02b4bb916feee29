/**
 * Colleagues call each other from the page, by keyboard: two pages in two real browsers and a desk phone (baresip), all judged by ear; one who is busy is called
 * back.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { tone, wavOf } from "../../bin/carrier/sound.ts";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { awaitTone } from "../../bin/demo/page-witness.ts";
import { officeConfig } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { Browser, Page } from "playwright-core";
import type { BaresipPhone } from "../phones/baresip-phone.ts";
import type { CallEvent } from "../../cti-box/contracts/index.ts";
import type { OfficeProcess } from "../office/office-process.ts";

type CallEnded = Extract<CallEvent, { type: "call-ended" }>;

const tones = { anna: 440, bruno: 880, carla: 1200 };
const folder = mkdtempSync(join(tmpdir(), "la2-colleagues-"));
const browsers: Browser[] = [];
let network: PhoneNetwork;
let office: OfficeProcess;
let reader: OfficeReader;
let anna: Page;
let bruno: Page;
let carla: BaresipPhone;

/** A browser of its own, whose microphone plays the operator's tone. */
async function openPage(program: string, login: "anna" | "bruno"): Promise<Page> {
  const microphone = join(folder, `${login}.wav`);
  writeFileSync(microphone, wavOf(tone(tones[login], 10)));
  const browser = await chromium.launch({
    executablePath: program,
    args: [
      "--no-sandbox",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  });
  browsers.push(browser);
  const page = await (await browser.newContext({ locale: "it-IT", permissions: ["microphone"] })).newPage();
  const link = new URL(office.oneTimeLinks[login] ?? "");
  // Plain audio: noise suppressors would take a pure tone for noise.
  await page.goto(`${link.origin}/?audio=plain${link.hash}`);
  await page.locator("main[data-link-box=connected][data-link-phone=connected]").waitFor();
  return page;
}

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  network = PhoneNetwork.open();
  const { address } = network;
  const carrierAddress = network.addHost().address;
  const operators = ["anna", "bruno", "carla"];
  office = await startOfficeProcess(officeConfig({ officeId: "x_test1", address, carrierAddress, operators }));
  reader = new OfficeReader(office.url);
  carla = await openOperatorPhone({
    user: "carla",
    domain: address,
    host: network.addHost(),
    toneHz: tones.carla,
    answer: "manual",
  });
  [anna, bruno] = [await openPage(program, "anna"), await openPage(program, "bruno")];
});
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await carla?.close();
  await office?.close();
  network?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  return found.violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

async function annaCalls(words: string): Promise<void> {
  await anna.keyboard.press("Control+Shift+L");
  await anna.keyboard.type(words);
  await anna.keyboard.press("Enter");
}

const heard = (page: Page, toneHz: number) => page.evaluate(awaitTone, { toneHz, deadlineMs: 15_000 });
const ringing = (page: Page, words: string) =>
  page.locator('[data-announcer="ring"]').filter({ hasText: words }).waitFor({ state: "attached" });
const inState = (page: Page, state: string) => page.locator(`article[data-card-state=${state}]`).waitFor();

/** Both pages hear the other one's microphone. */
async function bothHear(): Promise<void> {
  for (const page of [anna, bruno]) await inState(page, "talking");
  expect(await heard(anna, tones.bruno)).toBeTypeOf("number");
  expect(await heard(bruno, tones.anna)).toBeTypeOf("number");
}

/** Ends the call; the cards leave the screens. */
async function annaHangsUp(): Promise<CallEnded> {
  await reader.startAfresh();
  await anna.keyboard.press("Control+Shift+E");
  const ended = await reader.event("call-ended");
  for (const page of [anna, bruno]) {
    const done = page.getByRole("button", { name: "Chiudi scheda" });
    while ((await done.count()) > 0) await done.first().click();
  }
  return ended;
}

test("a name and Enter: the colleague's page rings, and the two hear each other", async () => {
  await annaCalls("bruno");
  await ringing(bruno, "anna");
  await anna.locator('[data-announcer="dial"]').filter({ hasText: "bruno: Squilla" }).waitFor({ state: "attached" });
  expect(await heard(anna, 425)).toBeTypeOf("number");
  expect([await violations(anna), await violations(bruno)]).toEqual([[], []]);
  await bruno.keyboard.press("Control+Shift+A");
  await bothHear();
  expect(await annaHangsUp()).toMatchObject({
    endCause: "caller-hung-up",
    call: { direction: "internal", calledNumber: "202" },
  });
});

test("an extension and Enter: a desk phone rings, and the two hear each other", async () => {
  await annaCalls("203");
  await carla.event("CALL_INCOMING");
  carla.command("accept");
  await inState(anna, "talking");
  expect(await heard(anna, tones.carla)).toBeTypeOf("number");
  await hearsTone(carla, tones.anna);
  await annaHangsUp();
  await carla.event("CALL_CLOSED");
});

test("a busy colleague: one more Enter, and when both are free it rings, and answered, at the colleague's", async () => {
  carla.command("dial", `sip:bruno@${network.address}`);
  await ringing(bruno, "carla");
  await bruno.keyboard.press("Control+Shift+A");
  await carla.event("CALL_ESTABLISHED");
  await annaCalls("bruno");
  await anna.getByText("bruno è occupato.").waitFor();
  expect(await violations(anna)).toEqual([]);
  await anna.keyboard.press("Enter");
  await anna.getByText("appena bruno è libero squilla qui").waitFor();
  carla.command("hangup");
  await ringing(anna, "bruno è libero");
  expect(await violations(anna)).toEqual([]);
  await anna.keyboard.press("Control+Shift+A");
  await ringing(bruno, "anna");
  await bruno.keyboard.press("Control+Shift+A");
  await bothHear();
  await annaHangsUp();
  expect(await reader.callsInProgress()).toBe(0);
});
