/** Voices and letters in words. */
import type { TextTurn, TextVoice } from "../../domain/text/turns.ts";
import type { Texts } from "../../i18n/language.ts";
import { formatPhoneNumber } from "../../domain/call/format-phone-number.ts";

export function voiceName(voice: TextVoice, t: Texts["t"]): string {
  if (voice.kind === "own") return t("text.own");
  const who = t(`text.${voice.who}`);
  if (voice.name === null) return who;
  return t("text.named", { who, name: voice.name.startsWith("+") ? formatPhoneNumber(voice.name) : voice.name });
}

/** A mark stands where letters were lost on the way. */
export function lettersOf(text: string, t: Texts["t"]): string {
  return text.replaceAll(/\uFFFD+/g, t("text.lost"));
}

/** The conversation as plain lines. */
export function transcriptOf(turns: readonly TextTurn[], t: Texts["t"]): string {
  return turns.map(({ voice, text }) => `${voiceName(voice, t)}: ${lettersOf(text, t)}`).join("\n");
}
