/**
 * The softphone by keyboard alone, on a real playground with a real citizen's call: every step of the main job, what the screen reader is
 * told, where the typing focus stays, and axe on every screen.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Carrier } from "../../bin/carrier/carrier.ts";
import type { OperatorPage } from "../../bin/demo/operator-page.ts";
import type { CitizenCall } from "../../bin/carrier/carrier.ts";
import type { RunningPlayground } from "../../bin/playground/start-playground.ts";
import type { Page } from "playwright-core";
import { TwoPages } from "./two-pages.ts";

let pages: TwoPages;
let playground: RunningPlayground;
let carrier: Carrier;
let anna: OperatorPage;
let bruno: OperatorPage;
let call: CitizenCall;

beforeAll(async () => {
  pages = await TwoPages.open();
  ({ playground, carrier, anna, bruno } = pages);
});
afterAll(async () => {
  await call?.hangUp();
  await pages?.close();
});

async function expectAccessible(page: Page, screen: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  const found = violations.map(
    ({ id, nodes }) => `${screen}: ${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
  );
  expect(found).toEqual([]);
}

/** Everything the page has put into its live regions so far. */
async function announced(page: Page): Promise<string> {
  const texts = await page.locator("[aria-live], [role=alert], [role=status]").allTextContents();
  return texts.join(" | ");
}

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const focused = page.locator(":focus");
    const label = (await focused.count()) === 0 ? "" : await focused.evaluate((element) => element.textContent ?? "");
    if (name.test(label)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${name} cannot be reached with Tab`);
}

describe("by keyboard, with a screen reader", () => {
  test("sign-in form and empty desk have no axe violations", async () => {
    const form = await anna.page.context().newPage();
    await form.goto(new URL(anna.page.url()).origin);
    await form.getByRole("button", { name: /entra|accedi/i }).waitFor();
    await expectAccessible(form, "sign-in");
    await form.close();
    await expectAccessible(anna.page, "empty desk");
  });

  test("forwarding and do not disturb are set by keyboard, seen and said, and taken back", async () => {
    const { page } = anna;
    const state = page.locator("[data-call-handling]");
    await tabTo(page, /^Deviazioni$/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await expectAccessible(page, "forwarding");
    await page.getByRole("checkbox", { name: "Non disturbare" }).press("Space");
    await page.getByRole("button", { name: "Salva" }).press("Enter");
    await expect.poll(() => state.textContent()).toContain("Non disturbare attivo");
    await expectAccessible(page, "do not disturb");
    expect(await announced(page)).toContain("Non disturbare attivo");
    await page.getByRole("button", { name: "Deviazioni" }).press("Enter");
    await page.getByRole("checkbox", { name: "Non disturbare" }).press("Space");
    await page.getByRole("button", { name: "Salva" }).press("Enter");
    await expect.poll(() => state.textContent()).toBe("");
  });

  test("a ring is announced with citizen and ticket and leaves the typing focus where it is", async () => {
    const search = anna.page.getByLabel("Cerca ufficio o operatore");
    await search.focus();
    await anna.page.keyboard.type("amb");
    const { plan } = playground;
    const [office] = plan.offices;
    const box = `${office.sipAddress}:${plan.sipPort}`;
    call = await carrier.placeCall({ number: office.publicNumber, box, caller: plan.citizen });
    const rang = await anna.event("la2-call-ringing", { canAnswer: true }, call.invitedAtMs);
    await anna.event("la2-screen-pop", { callId: rang.callId ?? "", state: "ticket" }, call.invitedAtMs);
    await anna.page.keyboard.type("iente");
    expect(await search.inputValue()).toBe("ambiente");
    const words = await announced(anna.page);
    expect(words).toContain("Carla Bianchi");
    expect(words).toMatch(/Rifiuti abbandonati|2026-000001/);
    await expectAccessible(anna.page, "ringing");
  });

  test("answer, hold and resume with Ctrl+Shift and a letter", async () => {
    await anna.page.keyboard.press("Control+Shift+A");
    await anna.event("la2-call-answered", {}, call.invitedAtMs);
    await expectAccessible(anna.page, "in conversation");
    await anna.page.keyboard.press("Control+Shift+H");
    const held = await anna.event("la2-call-held", {}, call.invitedAtMs);
    await expectAccessible(anna.page, "on hold");
    await anna.page.keyboard.press("Control+Shift+H");
    await anna.page.getByText("In conversazione").waitFor();
    expect(held.at).toBeGreaterThan(call.invitedAtMs);
  });

  test("transfer by keyboard; refused by the other office it comes back with the reason", async () => {
    const openedAt = Date.now();
    await anna.page.keyboard.press("Control+Shift+X");
    await anna.event("la2-transfer-phase", { phase: "choosing" }, openedAt);
    await expectAccessible(anna.page, "choosing the office");
    await anna.page.keyboard.type("Ambiente");
    await anna.page.getByRole("option", { name: /Ufficio Ambiente/ }).waitFor();
    await anna.page.keyboard.press("ArrowDown");
    await anna.page.keyboard.press("Enter");
    await anna.event("la2-transfer-phase", { phase: "explaining" }, openedAt);
    await expectAccessible(anna.page, "reason");
    await tabTo(anna.page, /^Avanti$/);
    await anna.page.keyboard.press("Enter");
    await anna.event("la2-transfer-phase", { phase: "confirming" }, openedAt);
    await expectAccessible(anna.page, "confirmation");
    await tabTo(anna.page, /^Trasferisci ora$/);
    await anna.page.keyboard.press("Enter");
    const ringing = await bruno.event("la2-call-ringing", { canAnswer: true }, openedAt);
    await bruno.event("la2-screen-pop", { callId: ringing.callId ?? "", state: "ticket" }, openedAt);
    await expectAccessible(anna.page, "transferring");
    await expectAccessible(bruno.page, "ringing after a transfer");
    await bruno.page.keyboard.press("Control+Shift+D");
    await anna.event("la2-transfer-phase", { phase: "returned" }, openedAt);
    await anna.page.getByText("In conversazione").waitFor();
    expect(await announced(anna.page)).toMatch(/rifiut/i);
    await expectAccessible(anna.page, "returned");
  });

  test("the other office is asked first, by keyboard: who hears whom is announced, and the citizen comes back", async () => {
    const openedAt = Date.now();
    await anna.page.keyboard.press("Control+Shift+X");
    await anna.event("la2-transfer-phase", { phase: "choosing" }, openedAt);
    await anna.page.keyboard.type("Ambiente");
    await anna.page.getByRole("option", { name: /Ufficio Ambiente/ }).waitFor();
    await anna.page.keyboard.press("ArrowDown");
    await anna.page.keyboard.press("Enter");
    await anna.event("la2-transfer-phase", { phase: "explaining" }, openedAt);
    await tabTo(anna.page, /^Avanti$/);
    await anna.page.keyboard.press("Enter");
    await anna.event("la2-transfer-phase", { phase: "confirming" }, openedAt);
    await tabTo(anna.page, /^Parla prima con la destinazione$/);
    await anna.page.keyboard.press("Enter");
    await bruno.event("la2-call-ringing", { canAnswer: true }, openedAt);
    expect(await announced(bruno.page)).toMatch(/il cittadino non è ancora in linea/);
    await bruno.page.keyboard.press("Control+Shift+A");
    await anna.event("la2-transfer-phase", { phase: "consulting" }, openedAt);
    expect(await announced(anna.page)).toMatch(/Parla con .*Ambiente.*Il cittadino ascolta la musica/);
    await expectAccessible(anna.page, "consulting");
    await expectAccessible(bruno.page, "being consulted");
    await tabTo(anna.page, /^Torna un momento al cittadino$/);
    await anna.page.keyboard.press("Enter");
    await anna.page.getByText(/Parla con il cittadino\./).waitFor();
    await tabTo(anna.page, /^Conferenza a tre$/);
    await anna.page.keyboard.press("Enter");
    await anna.page.getByText(/si sentono tutti/).waitFor();
    expect(await announced(anna.page)).toMatch(/Conferenza a tre: il cittadino, .*Ambiente/);
    await expectAccessible(anna.page, "conference");
    await tabTo(anna.page, /^Congeda .* e resta con il cittadino$/);
    await anna.page.keyboard.press("Enter");
    await anna.page.getByText("In conversazione").waitFor();
    await bruno.untilFree();
  });

  test("a call is parked and taken up again by keyboard", async () => {
    await tabTo(anna.page, /^Parcheggia$/);
    await anna.page.keyboard.press("Enter");
    await anna.page.getByText("Chiamate parcheggiate", { exact: true }).waitFor();
    await expectAccessible(anna.page, "parked");
    await tabTo(anna.page, /^Riprendi$/);
    await anna.page.keyboard.press("Enter");
    await anna.page.getByText("In conversazione").waitFor();
  });

  test("hang up with Ctrl+Shift+E; Esc never hangs up", async () => {
    await anna.page.keyboard.press("Escape");
    await anna.page.getByText("In conversazione").waitFor();
    await anna.page.keyboard.press("Control+Shift+E");
    await anna.untilFree();
    await expectAccessible(anna.page, "after the call");
  });
});
