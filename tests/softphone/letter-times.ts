/** How long letters of real-time text take, from the key to the telephone and from the telephone's packet to the screen: a page in a browser and a telephone's text, on one machine and one clock. */
import type { Page } from "playwright-core";
import type { TextPeer } from "../../cti-box/testing/media-peers/text-peer.ts";

type LetterTimes = { medianMs: number; worstMs: number };

/** Longer than the 300 ms for which letters that follow each other are gathered would make each of them a first one: this is how people type. */
const typingPauseMs = 120;
const deadlineMs = 10_000;
const letters = "abcdefghijklmnopqrst";

/** The page's text panel has to be open. What is written ends with a new line on both sides. */
export async function measureLetters(
  page: Page,
  telephone: TextPeer,
): Promise<Record<"page to telephone" | "telephone to page", LetterTimes>> {
  return {
    "page to telephone": summary(await toTelephone(page, telephone)),
    "telephone to page": summary(await toPage(page, telephone)),
  };
}

async function toTelephone(page: Page, telephone: TextPeer): Promise<number[]> {
  await page.locator("[data-text-field]").focus();
  const start = telephone.text.length;
  const arrived: Promise<number>[] = [];
  const pressed: number[] = [];
  for (const [index, letter] of Array.from(letters).entries()) {
    pressed.push(performance.now());
    await page.keyboard.press(letter);
    arrived.push(telephone.holds(letters.slice(0, index + 1), start, deadlineMs));
    await pause(typingPauseMs);
  }
  const times = await Promise.all(arrived);
  await page.keyboard.press("Enter");
  return times.map((at, index) => at - (pressed[index] ?? 0));
}

/** The page tells by its own clock when it shows a letter; it is the telephone's. */
async function toPage(page: Page, telephone: TextPeer): Promise<number[]> {
  const shown = page.evaluate(watchTurns, { words: letters, deadlineMs });
  const written: number[] = [];
  for (const letter of letters) {
    written.push(performance.timeOrigin + performance.now());
    telephone.write([letter]);
    await pause(typingPauseMs);
  }
  const times = await shown;
  telephone.write(["\u2028"]);
  return times.map((at, index) => at - (written[index] ?? 0));
}

/** Runs in the page: when it first showed each of the letters behind the ones before it, epoch milliseconds. */
function watchTurns({ words, deadlineMs: limitMs }: { words: string; deadlineMs: number }): Promise<number[]> {
  type Shown = { textContent: string | null };
  type Here = {
    document: { querySelectorAll(selector: string): Iterable<Shown>; body: unknown };
    MutationObserver: new (look: () => void) => { observe(where: unknown, what: object): void; disconnect(): void };
  };
  const here = globalThis as unknown as Here;
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    const late = setTimeout(() => reject(new Error(`only ${times.length} of the letters are shown`)), limitMs);
    const look = (): void => {
      const last = [...here.document.querySelectorAll(".la2-turn-other p")].at(-1)?.textContent ?? "";
      while (times.length < words.length && last.includes(words.slice(0, times.length + 1)))
        times.push(performance.timeOrigin + performance.now());
      if (times.length < words.length) return;
      clearTimeout(late);
      observer.disconnect();
      resolve(times);
    };
    const observer = new here.MutationObserver(look);
    observer.observe(here.document.body, { subtree: true, childList: true, characterData: true });
  });
}

function summary(times: readonly number[]): LetterTimes {
  const sorted = times.toSorted((one, other) => one - other);
  return { medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, worstMs: sorted.at(-1) ?? Number.NaN };
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
