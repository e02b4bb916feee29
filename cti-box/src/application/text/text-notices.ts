/** What the box itself writes to a far end with real-time text, in the language of the call's queue. */
import type { Call } from "../../domain/call/call.ts";
import type { PromptLanguage } from "../../domain/queue/announcement.ts";

const waiting: Readonly<Record<PromptLanguage, string>> = {
  it: "Attenda in linea: chi risponde legge quello che ha scritto.",
  en: "Please hold: whoever answers reads what you have written.",
};

/** To somebody who writes while nobody reads. */
export function waitingNotice({ queue }: Call): string {
  return waiting[queue?.announcements?.language ?? "it"];
}
