/**
 * A call with real-time text (RFC 4103) is parked and retrieved, goes into a consultation with another office, a conference of three, and is handed over: two boxes, two real pages, and a telephone's text
 * at the level of its packets. Everything written is read once by whoever may, and by nobody else; how long letters take is told in the output (EN 301 549 6.2.4 asks for at most 500 ms).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Carrier, CitizenCall } from "../../bin/carrier/carrier.ts";
import type { OperatorPage } from "../../bin/demo/operator-page.ts";
import type { RunningPlayground } from "../../bin/playground/start-playground.ts";
import { TextPeer } from "../../cti-box/testing/media-peers/text-peer.ts";
import { measureLetters } from "./letter-times.ts";
import { TwoPages } from "./two-pages.ts";

const patience = { timeout: 15_000, interval: 50 };
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

/** All that the page shows of the text, line by line. */
async function shown({ page }: OperatorPage): Promise<string> {
  return (await page.locator(".la2-turn p").allTextContents()).join("\n");
}
const timesIn = (text: string, words: string): number => text.split(words).length - 1;

/** These words are there, and once. */
async function reads(reader: OperatorPage | TextPeer, words: string): Promise<void> {
  const text = (): Promise<string> | string => (reader instanceof TextPeer ? reader.text : shown(reader));
  await expect.poll(async () => timesIn(await text(), words), patience).toBe(1);
}

const citizenWrites = (words: string): void => citizen.write(Array.from(`${words}\u2028`));

async function writes({ page }: OperatorPage, words: string): Promise<void> {
  await page.keyboard.press("Control+Shift+S");
  // Nothing can be written while nobody reads.
  await page.locator("[data-text-field]:not([readonly])").focus();
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
}

async function press({ page }: OperatorPage, name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name, exact: true }).first().click();
}

test("what a citizen writes while parked is read once by who retrieves the call", async () => {
  const { plan } = playground;
  const [office] = plan.offices;
  const box = `${office.sipAddress}:${plan.sipPort}`;
  call = await carrier.placeCall({ number: office.publicNumber, box, caller: plan.citizen, text: citizen });
  await anna.event("la2-call-ringing", { canAnswer: true }, call.invitedAtMs);
  await anna.page.keyboard.press("Control+Shift+A");
  citizenWrites("Prima del parcheggio.");
  await reads(anna, "Prima del parcheggio.");
  await press(anna, "Parcheggia");
  await anna.page.locator("[data-parked-call]").waitFor();
  citizenWrites("Durante il parcheggio.");
  await expect.poll(() => citizen.text, patience).toContain("Attenda in linea");
  expect(await shown(anna)).not.toContain("Durante il parcheggio.");
  await anna.page.locator("[data-parked-call] button").click();
  await reads(anna, "Durante il parcheggio.");
  await writes(anna, "Eccomi di nuovo.");
  await reads(citizen, "Eccomi di nuovo.");
});

test("letters are fast both ways", async () => {
  const times = await measureLetters(anna.page, citizen);
  for (const [way, { medianMs, worstMs }] of Object.entries(times))
    process.stdout.write(`real-time text, ${way}: median ${medianMs.toFixed(0)} ms, worst ${worstMs.toFixed(0)} ms\n`);
});

test("the other office is asked in writing, and the citizen reads nothing of it", async () => {
  const openedAt = Date.now();
  const { page } = anna;
  await page.keyboard.press("Control+Shift+X");
  await anna.event("la2-transfer-phase", { phase: "choosing" }, openedAt);
  await page.keyboard.type("Ambiente");
  await page.getByRole("option", { name: /Ufficio Ambiente/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await press(anna, "Avanti");
  await press(anna, "Parla prima con la destinazione");
  await bruno.event("la2-call-ringing", { canAnswer: true }, openedAt);
  await bruno.page.keyboard.press("Control+Shift+A");
  await bruno.event("la2-call-answered", {}, openedAt);
  await writes(anna, "Posso passartela?");
  await reads(bruno, "Posso passartela?");
  await writes(bruno, "Certo, passa.");
  await reads(anna, "Certo, passa.");
  citizenWrites("Mentre vi consultate.");
  await expect.poll(() => timesIn(citizen.text, "Attenda in linea"), patience).toBe(2);
  expect(citizen.text).not.toMatch(/passartela|Certo/);
  for (const each of [anna, bruno]) expect(await shown(each)).not.toContain("Mentre vi consultate.");
});

test("in the conference everybody reads everybody, once", async () => {
  await press(anna, "Conferenza a tre");
  for (const each of [anna, bruno]) await reads(each, "Mentre vi consultate.");
  await writes(anna, "Ora siamo in tre.");
  for (const each of [citizen, bruno]) await reads(each, "Ora siamo in tre.");
  await writes(bruno, "Buongiorno, sono Bruno.");
  for (const each of [citizen, anna]) await reads(each, "Buongiorno, sono Bruno.");
  citizenWrites("Buongiorno a tutti e due.");
  for (const each of [anna, bruno]) await reads(each, "Buongiorno a tutti e due.");
});

test("handed over, the citizen and the other office write on", async () => {
  await press(anna, /^Esci e lascia il cittadino con/);
  await bruno.page.locator("[data-text-view]").waitFor();
  citizenWrites("Siamo rimasti in due.");
  await reads(bruno, "Siamo rimasti in due.");
  await writes(bruno, "Le mando il modulo.");
  await reads(citizen, "Le mando il modulo.");
  const everything = ["Eccomi di nuovo.", "Ora siamo in tre.", "Buongiorno, sono Bruno.", "Le mando il modulo."];
  expect(everything.map((words) => timesIn(citizen.text, words))).toEqual([1, 1, 1, 1]);
  const brunos = ["Posso passartela?", "Mentre vi consultate.", "Buongiorno a tutti e due.", "Siamo rimasti in due."];
  const read = await shown(bruno);
  expect(brunos.map((words) => timesIn(read, words))).toEqual([1, 1, 1, 1]);
  expect(read).not.toContain("parcheggio");
});
