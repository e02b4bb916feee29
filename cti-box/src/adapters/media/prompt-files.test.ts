/** The announcements that ship with the box: all there, of the form that telephones take, and short. */
import { expect, it } from "vitest";
import { promptTexts } from "../../../prompts/texts.ts";
import { likeness } from "../../../testing/media-peers/speech.ts";
import { decodeAlaw } from "./audio/g711.ts";
import { PromptFiles } from "./prompt-files.ts";
import type { PromptLanguage, PromptName } from "../../domain/queue/announcement.ts";

const files = new PromptFiles();
const all = Object.entries(promptTexts).flatMap(([language, texts]) =>
  Object.entries(texts).map(([name, text]) => [language as PromptLanguage, name as PromptName, text] as const),
);

it.each(all)("%s %s: %s", async (language, name, text) => {
  const sound = await files.sound(language, name);
  const seconds = sound.length / 8000;
  // Fluent speech has ten to twenty letters a second.
  expect(text.length / seconds).toBeGreaterThan(text.length < 8 ? 3 : 9);
  // The survey names three keys; nothing else is longer than a place in the line.
  expect(seconds).toBeLessThan(name === "survey" ? 10 : 8);
  const samples = Array.from(sound, decodeAlaw);
  expect(Math.max(...samples)).toBeGreaterThan(8000);
});

it("no two prompts are taken for each other", async () => {
  const welcome = await files.sound("it", "welcome");
  const heard = Array.from(welcome.subarray(0, 16_000), decodeAlaw);
  expect(likeness(heard, welcome.subarray(0, 16_000))).toBeGreaterThan(0.99);
  expect(likeness(heard, await files.sound("it", "queue-full"))).toBeLessThan(0.6);
});
