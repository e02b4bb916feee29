/** What callers are told while they wait, as names of prompts in the order in which they are spoken. */
export type PromptName =
  | "welcome"
  | "out-of-hours"
  | "queue-full"
  | "nobody-free"
  | "your-place"
  | `place-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}`
  | "place-beyond"
  | "wait-short"
  | "wait-5"
  | "wait-10"
  | "wait-15"
  | "wait-long"
  | "survey"
  | "survey-thanks"
  | OtherLanguage
  | CallbackOffer
  | "callback-accepted"
  | "callback-refused";

/** A key that an announcement names. The other language's queue is named in that language. */
export type NamedKey = "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type OtherLanguage = `other-language-${NamedKey}`;

/** Says which key keeps the place for a call back. */
type CallbackOffer = `callback-${NamedKey}`;

export type PromptLanguage = "it" | "en";

/** Place in the line, 1 for who is served next, and how long the wait may still be; null: nothing is known of that. */
export type PlaceInLine = { place: number; expectedMs: number | null };

export function promptsOfPlace({ place, expectedMs }: PlaceInLine): PromptName[] {
  const spoken: PromptName[] = place > 10 ? ["place-beyond"] : ["your-place", `place-${place as 1}`];
  return expectedMs === null ? spoken : [...spoken, promptOfWait(expectedMs)];
}

const minuteMs = 60_000;

/** Rounded up, so that nobody waits longer than was said only because of the rounding. */
function promptOfWait(expectedMs: number): PromptName {
  if (expectedMs < 2 * minuteMs) return "wait-short";
  if (expectedMs <= 5 * minuteMs) return "wait-5";
  if (expectedMs <= 10 * minuteMs) return "wait-10";
  return expectedMs <= 15 * minuteMs ? "wait-15" : "wait-long";
}

/** How long the one at `place` may wait: each place is served when one of the operators of the queue ends a call of usual length. */
export function expectedWait(place: number, service: { usualCallMs: number | null; operators: number }): number | null {
  const { usualCallMs, operators } = service;
  return usualCallMs === null || operators === 0 ? null : Math.round((place * usualCallMs) / operators);
}

/** Length of a usual call after one more: the newest counts for a fifth. */
export function usualCall(beforeMs: number | null, latestMs: number): number {
  return beforeMs === null ? latestMs : Math.round(beforeMs * 0.8 + latestMs * 0.2);
}
