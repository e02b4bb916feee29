/**
 * Speaks the texts with espeak-ng (Debian: `apt install espeak-ng`) into `LANGUAGE/NAME.wav`: A-law, 8 kHz, mono, which telephones take as it is.
 * Run by hand with `npm run prompts` when a text changes; the files are part of the source.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeAlaw } from "../src/adapters/media/audio/g711.ts";
import { alawWav } from "../src/adapters/media/audio/wav.ts";
import { promptTexts } from "./texts.ts";

const sampleRate = 8000;
const wordsPerMinute = "150";
/** Below half of the telephone's sample rate, so that nothing folds back. */
const cutoffHz = 3400;
const halfTaps = 64;
const leadInMs = 200;
const peak = 20_000;

for (const [language, texts] of Object.entries(promptTexts)) {
  const folder = join(import.meta.dirname, language);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(texts)) {
    const spoken = trimmed(resampled(readSpeech(voiceOf(language, name), text)));
    const leadIn = Array.from({ length: (leadInMs * sampleRate) / 1000 }, () => 0);
    const samples = louder([...(name.startsWith("place-") ? [] : leadIn), ...spoken]);
    writeFileSync(join(folder, `${name}.wav`), alawWav(Buffer.from(samples.map((sample) => encodeAlaw(sample)))));
  }
}

/** What leads to the other language is said in that one. */
function voiceOf(language: string, name: string): string {
  if (!name.startsWith("other-language-")) return language;
  return language === "it" ? "en" : "it";
}

type Speech = { rate: number; samples: Int16Array };

/** espeak-ng writes 16-bit mono to its standard output; its header says no true length there. */
function readSpeech(voice: string, text: string): Speech {
  const wav = execFileSync("espeak-ng", ["-v", voice, "-s", wordsPerMinute, "--stdout", text]);
  const start = wav.indexOf("data") + 8;
  const count = Math.floor((wav.length - start) / 2);
  const samples = Int16Array.from({ length: count }, (_, index) => wav.readInt16LE(start + 2 * index));
  return { rate: wav.readUInt32LE(24), samples };
}

/** Windowed sinc: low-pass and interpolation in one. */
function resampled({ rate, samples }: Speech): number[] {
  const step = rate / sampleRate;
  return Array.from({ length: Math.floor(samples.length / step) }, (_, index) => {
    const centre = index * step;
    let sum = 0;
    for (let tap = Math.ceil(centre) - halfTaps; tap <= centre + halfTaps; tap += 1) {
      const distance = tap - centre;
      const angle = (2 * Math.PI * cutoffHz * distance) / rate;
      const sinc = distance === 0 ? 1 : Math.sin(angle) / angle;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / halfTaps);
      sum += (samples[tap] ?? 0) * sinc * window;
    }
    return (sum * 2 * cutoffHz) / rate;
  });
}

/** Without the silence at both ends. */
function trimmed(samples: readonly number[]): number[] {
  const isHeard = (sample: number): boolean => Math.abs(sample) > 200;
  return samples.slice(samples.findIndex(isHeard), samples.findLastIndex(isHeard) + sampleRate / 10);
}

function louder(samples: readonly number[]): number[] {
  const highest = samples.reduce((found, sample) => Math.max(found, Math.abs(sample)), 1);
  return samples.map((sample) => Math.round((sample * peak) / highest));
}
