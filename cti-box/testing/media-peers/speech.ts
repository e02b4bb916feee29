/** Knows an announcement again in what was heard: the waveform itself has to be there, so one prompt is not taken for another. */
import { decodeAlaw } from "./g711-decode.ts";
import { SAMPLE_RATE } from "./tones.ts";
import type { Samples } from "./tones.ts";

/** A piece of this length from the middle of the prompt is looked for. */
const pieceSamples = SAMPLE_RATE * 0.3;
const lookEveryMs = 250;

/** Greatest correlation, 0 to 1, of the middle of the announcement (A-law) with any place of what was heard. */
export function likeness(heard: Samples, pcma: Buffer): number {
  const start = Math.max(0, Math.floor((pcma.length - pieceSamples) / 2));
  const piece = Array.from(pcma.subarray(start, start + pieceSamples), decodeAlaw);
  const pieceEnergy = piece.reduce((sum, sample) => sum + sample * sample, 0);
  let greatest = 0;
  for (let at = 0; at + piece.length <= heard.length; at += 1) {
    let product = 0;
    let energy = 0;
    for (const [index, sample] of piece.entries()) {
      const other = heard[at + index] ?? 0;
      product += sample * other;
      energy += other * other;
    }
    if (energy > 0) greatest = Math.max(greatest, product / Math.sqrt(pieceEnergy * energy));
  }
  return greatest;
}

type Hearing = { lately(windowMs: number): number[] };

/** Resolves when the announcement has been heard to its middle. Looks at the last second only, so looks often. */
export async function hearsSpeech(ear: Hearing, pcma: Buffer, deadlineMs = 8000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  let closest = 0;
  while (performance.now() < endMs) {
    const found = likeness(ear.lately(900), pcma);
    if (found > 0.8) return;
    closest = Math.max(closest, found);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  throw new Error(`the announcement was not heard within ${deadlineMs} ms; closest likeness ${closest.toFixed(2)}`);
}
