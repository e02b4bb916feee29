/** The screen on the wall in a real browser, beside a real box with real callers: what it shows, that it moves, what a screen reader hears, and axe. */
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Carrier, type CitizenCall } from "../../bin/carrier/carrier.ts";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";

const key = "key-of-the-screen-on-the-wall";
const english = "+390695550101";
let network: PhoneNetwork;
let carrier: Carrier;
let office: OfficeProcess;
let browser: Browser;
let page: Page;
const calls: CitizenCall[] = [];

beforeAll(async () => {
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  network = PhoneNetwork.open();
  const carrierAddress = network.addOfficeAddress();
  const operators = ["anna", "bruno", "carla"];
  office = await startOfficeProcess({
    ...officeConfig({ officeId: "x_test1", address: network.address, carrierAddress, operators }),
    queues: [
      { queueId: "urp", label: "URP – sportello" },
      { queueId: "english", label: "English" },
    ],
    numbers: [
      { number: officeNumber, queueId: "urp" },
      { number: english, queueId: "english" },
    ],
    wallboard: { key },
  });
  carrier = await Carrier.open(carrierAddress);
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: program, args: sandbox });
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  page = await context.newPage();
  await page.goto(`${office.url}/wallboard.html#key=${key}`);
});
afterAll(async () => {
  for (const call of calls) await call.hangUp();
  await browser?.close();
  await carrier?.close();
  await office?.close();
  network?.close();
});

const call = async (number: string): Promise<void> => {
  const caller = { number: "+393331234567", displayName: "Citizen" };
  calls.push(await carrier.placeCall({ number, box: `${network.address}:5060`, caller }));
};
const figure = (queue: string, name: string) =>
  page
    .getByRole("region", { name: queue })
    .locator("div", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
    .locator("dd");

async function expectAccessible(what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`),
  ).toEqual([]);
}

test("shows each queue's callers within two seconds, and the wait of the oldest as it grows", async () => {
  await expect.poll(() => figure("URP – sportello", "In attesa").textContent()).toBe("0");
  expect(new URL(page.url()).hash).toBe("");
  await call(officeNumber);
  await call(officeNumber);
  await call(english);
  await expect.poll(() => figure("URP – sportello", "In attesa").textContent(), { timeout: 2_000 }).toBe("2");
  await expect.poll(() => figure("English", "In attesa").textContent(), { timeout: 2_000 }).toBe("1");
  const wait = () => figure("URP – sportello", "Attesa più lunga").textContent();
  await expect.poll(wait, { timeout: 5_000 }).toMatch(/^0:0[2-9]$/);
  expect(await figure("URP – sportello", "Operatori liberi").textContent()).toBe("0");
  await expectAccessible("callers wait");
});

test("shows what became of the calls of today", async () => {
  await calls.pop()?.hangUp();
  await expect.poll(() => figure("English", "Abbandonate").textContent(), { timeout: 5_000 }).toBe("1");
});

test("tells a screen reader of the callers without a stream of words", async () => {
  const spoken = await page.locator("[aria-live=polite]").textContent();
  // Callers came and went within the minute: nothing more was said than at the beginning.
  expect(spoken).toBe("URP – sportello: 0 in attesa. English: 0 in attesa.");
  expect(await page.locator("[aria-live=assertive]").count()).toBe(0);
});

test("speaks English, keeps its key over a reload, and fits a narrow screen at 200 % without scrolling sideways", async () => {
  await page.getByRole("link", { name: "English" }).click();
  await expect.poll(() => figure("URP – sportello", "Waiting").textContent()).toBe("2");
  expect(await page.locator("html").getAttribute("lang")).toBe("en");
  await page.setViewportSize({ width: 640, height: 900 });
  const overflow = () => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  expect(await overflow()).toBeLessThanOrEqual(0);
  await expectAccessible("narrow, in English");
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test("says so when the line is lost, and that the key is wrong where it is", async () => {
  const stranger = await browser.newPage();
  await stranger.goto(`${office.url}/wallboard.html#key=wrong`);
  await stranger.getByRole("alert").getByText("wallboard.key").waitFor();
  await stranger.close();
  for (const each of calls.splice(0)) await each.hangUp();
  await expect.poll(() => figure("URP – sportello", "Abandoned").textContent()).toBe("2");
  await office.kill();
  await page.getByRole("alert").getByText("Connection lost").waitFor();
  expect(await figure("URP – sportello", "Abandoned").textContent()).toBe("2");
  await expectAccessible("line lost");
});
