/**
 * A deaf citizen calls: text by RTP (RFC 4103) beside the sound, the operators' pages in real browsers, two offices. Letter by letter both ways, by keyboard, through
 * queue, hold and transfer to the other office; nothing of it stays anywhere.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Carrier, CitizenCall } from "../../bin/carrier/carrier.ts";
import type { OperatorPage } from "../../bin/demo/operator-page.ts";
import type { RunningPlayground } from "../../bin/playground/start-playground.ts";
import { TextPeer } from "../../cti-box/testing/media-peers/text-peer.ts";
import type { Page } from "playwright-core";
import { TwoPages } from "./two-pages.ts";

const patience = { timeout: 15_000 };
let pages: TwoPages;
let playground: RunningPlayground;
let carrier: Carrier;
let anna: OperatorPage;
let bruno: OperatorPage;
let call: CitizenCall;
let citizen: TextPeer;

beforeAll(async () => {
  pages = await TwoPages.open();
  ({ playground, carrier, anna, bruno } = pages);
  citizen = await TextPeer.open({ address: playground.plan.carrierAddress });
});
afterAll(async () => {
  await call?.hangUp();
  await citizen?.close();
  await pages?.close();
});

const turns = (page: Page): Promise<string[]> => page.locator(".la2-turn p").allTextContents();
const typed = async (text: string): Promise<void> => citizen.write(Array.from(text));

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  return found.violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

test("what a citizen writes before the answer is there when the operator answers; then letters go both ways", async () => {
  const { plan } = playground;
  const [office] = plan.offices;
  const box = `${office.sipAddress}:${plan.sipPort}`;
  call = await carrier.placeCall({ number: office.publicNumber, box, caller: plan.citizen, text: citizen });
  const { page } = anna;
  await anna.event("la2-call-ringing", { canAnswer: true }, call.invitedAtMs);
  await typed("Buonn\bgiorno, sono sorda.\u2028");
  await expect.poll(() => citizen.text, patience).toContain("Attenda in linea: chi risponde legge");
  await page.keyboard.press("Control+Shift+A");
  await expect.poll(() => turns(page), patience).toEqual(["Buongiorno, sono sorda."]);
  expect(await page.locator('[data-announcer="text"]').textContent()).toContain("Carla Bianchi: Buongiorno");
  await page.keyboard.press("Control+Shift+S");
  await page.keyboard.type("Salve, mi diic");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await page.keyboard.type("ca.");
  await expect.poll(() => citizen.text, patience).toMatch(/Salve, mi diic[\b][\b]ca\.$/);
  await typed("Vorrei");
  await expect.poll(() => turns(page), patience).toContain("Vorrei");
  expect(await page.locator("[data-text-field]:focus").count()).toBe(1);
  await page.keyboard.press("Enter");
  await typed(" il certificato di residenza.\u2028");
  const conversation = ["Buongiorno, sono sorda.", "Salve, mi dica.", "Vorrei il certificato di residenza."];
  await expect.poll(() => turns(page), patience).toEqual(conversation);
});

test("on hold nobody reads, and the page says so; afterwards all is there", async () => {
  const { page } = anna;
  await page.keyboard.press("Control+Shift+H");
  await page.getByText(/Chi è in attesa non legge ora/).waitFor();
  await typed("Ci siete?\u2028");
  await expect.poll(() => citizen.text, patience).toMatch(/Attenda in linea[\s\S]*Attenda in linea/);
  expect(await turns(page)).not.toContain("Ci siete?");
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Control+Shift+H");
  await expect.poll(() => turns(page), patience).toContain("Ci siete?");
});

test("the other office's operator reads and writes after the transfer", async () => {
  const { page } = anna;
  const openedAt = Date.now();
  await page.keyboard.press("Control+Shift+X");
  await anna.event("la2-transfer-phase", { phase: "choosing" }, openedAt);
  await page.keyboard.type("Ambiente");
  await page.getByRole("option", { name: /Ufficio Ambiente/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Avanti" }).press("Enter");
  await page.getByRole("button", { name: "Trasferisci ora" }).press("Enter");
  await bruno.event("la2-call-ringing", { canAnswer: true }, openedAt);
  await bruno.page.keyboard.press("Control+Shift+A");
  await bruno.event("la2-call-answered", {}, openedAt);
  await typed("Ora con chi parlo?\u2028");
  await expect.poll(() => turns(bruno.page), patience).toContain("Ora con chi parlo?");
  await bruno.page.keyboard.press("Control+Shift+S");
  await bruno.page.keyboard.type("Con Bruno");
  await expect.poll(() => citizen.text, patience).toMatch(/Con Bruno$/);
  expect(await violations(bruno.page)).toEqual([]);
});

test("nothing of it is in anything that the offices have written", async () => {
  const written = readdirSync(playground.plan.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
  expect(written.length).toBeGreaterThan(3);
  for (const content of written) expect(content).not.toMatch(/sono sorda|mi dica|certificato di residenza|Con Bruno/);
});
