/** One operator: a browser process of its own, whose microphone plays a tone, with the softphone open in it. Driven as a person would, and measured. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { it as texts } from "../../softphone/src/renderer/i18n/it.ts";
import { tone, wavOf } from "../carrier/sound.ts";
import { awaitTone, findEvent, installWitness, lastClick, type PageEvent } from "./page-witness.ts";
import { WireTap } from "./wire-tap.ts";

/** `tickets`: `none` in an office without a bridge, whose page has no link to tickets. */
export type OperatorOrder = {
  name: string;
  program: string;
  link: string;
  toneHz: number;
  tickets?: "linked" | "none";
};

const signInDeadlineMs = 20_000;
const stepDeadlineMs = 10_000;

export class OperatorPage {
  readonly name: string;
  readonly toneHz: number;
  readonly page: Page;
  readonly #desk: string;
  readonly #browser: Browser;
  readonly #folder: string;
  readonly #tap: WireTap;

  private constructor(order: OperatorOrder, opened: { browser: Browser; page: Page; folder: string; tap: WireTap }) {
    this.name = order.name;
    this.toneHz = order.toneHz;
    this.page = opened.page;
    this.#desk = deskOf(order.tickets ?? "linked");
    this.#browser = opened.browser;
    this.#folder = opened.folder;
    this.#tap = opened.tap;
  }

  /** Opens the browser and signs in by the link; resolves when the softphone can be rung. */
  static async open(order: OperatorOrder): Promise<OperatorPage> {
    const folder = mkdtempSync(join(tmpdir(), "la2-demo-"));
    const microphone = join(folder, "microphone.wav");
    writeFileSync(microphone, wavOf(tone(order.toneHz, 10)));
    const link = new URL(order.link);
    const tap = await WireTap.open(Number(link.port));
    const browser = await chromium.launch({ executablePath: order.program, args: browserArguments(microphone) });
    try {
      const context = await browser.newContext({
        viewport: { width: 1366, height: 900 },
        locale: "it-IT",
        permissions: ["microphone"],
      });
      await context.addInitScript(installWitness);
      const page = await context.newPage();
      page.setDefaultTimeout(stepDeadlineMs);
      // Plain audio: echo cancellers and noise suppressors would take a pure tone for noise.
      await page.goto(`${tap.url}/?audio=plain${link.hash}`);
      const operator = new OperatorPage(order, { browser, page, folder, tap });
      await operator.untilFree(signInDeadlineMs);
      return operator;
    } catch (error) {
      await browser.close();
      await tap.close();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Signed in, connected to box, tickets and telephone, and available. */
  async untilFree(deadlineMs = stepDeadlineMs): Promise<void> {
    await this.page.locator(`${this.#desk}[data-operator-state=available]`).waitFor({ timeout: deadlineMs });
  }

  /** The first event of the page with these properties at or after `sinceMs`. */
  async event(name: string, match: Partial<PageEvent>, sinceMs: number): Promise<PageEvent> {
    const options = { polling: 10, timeout: stepDeadlineMs };
    const found = await this.page.waitForFunction(findEvent, { name, match, sinceMs }, options);
    return (await found.jsonValue()) as PageEvent;
  }

  /** When the call's INVITE came out of the box. */
  inviteAt(callId: string): number {
    return this.#tap.inviteAt(callId);
  }

  /** Clicks the button with the softphone's own words on it, and returns when the page felt it. */
  async click(words: keyof typeof texts): Promise<number> {
    const button = texts[words];
    await this.page.getByRole("button", { name: button, exact: true }).click();
    const clickedAt = await this.page.evaluate(lastClick);
    if (clickedAt === null) throw new Error(`${this.name}'s click on "${button}" was not felt`);
    return clickedAt;
  }

  /** Resolves with the time at which the strongest sound of the call is this tone. */
  async hears(toneHz: number, deadlineMs = stepDeadlineMs): Promise<number> {
    const heardAt = await this.page.evaluate(awaitTone, { toneHz, deadlineMs });
    if (typeof heardAt === "number") return heardAt;
    throw new Error(`${this.name} does not hear the tone of ${toneHz} Hz; strongest: ${heardAt}`);
  }

  /** Puts away the notes of calls that were missed. */
  async clearNotices(): Promise<void> {
    const dismiss = this.page.locator(".la2-notice .la2-icon-button");
    while ((await dismiss.count()) > 0) await dismiss.first().click();
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#tap.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function deskOf(tickets: "linked" | "none"): string {
  const telephony = "main[data-link-box=connected][data-link-phone=connected]";
  return tickets === "linked" ? `${telephony}[data-link-crm=connected]` : telephony;
}

function browserArguments(microphone: string): string[] {
  return [
    // Debian runs the demo as root in containers, where Chromium's sandbox cannot start.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${microphone}`,
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
}
