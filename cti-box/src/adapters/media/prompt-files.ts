/** The announcements that come with the box, `prompts/LANGUAGE/NAME.wav`; each is read once. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { alawOfWav } from "./audio/wav.ts";
import type { PromptLanguage, PromptName } from "../../domain/queue/announcement.ts";

const folder = new URL("../../../prompts/", import.meta.url);

export class PromptFiles {
  private readonly sounds = new Map<string, Promise<Buffer>>();

  /** A-law, 8 kHz. Rejects when the file is missing or of another form. */
  sound(language: PromptLanguage, name: PromptName): Promise<Buffer> {
    const file = `${language}/${name}.wav`;
    const known = this.sounds.get(file);
    if (known !== undefined) return known;
    const reading = readFile(fileURLToPath(new URL(file, folder))).then(alawOfWav);
    this.sounds.set(file, reading);
    return reading;
  }
}
