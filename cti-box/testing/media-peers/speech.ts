/** Knows an announcement again in what was heard: the waveform itself has to be there, so one prompt is not taken for another. */
import { decodeAlaw } from "./g711-decode.ts";
import { SAMPLE_RATE } from "./tones.ts";
import type { Samples } from "./tones.ts";

/** A piece of this length from the middle of the prompt is looked for. */
const pieceSamples = SAMPLE_RATE * 0.3;
const lookEveryMs = 250;

/**
 * Greatest correlation, 0 to 1, of the middle of the announcement (A-law) with any place of what was heard. Quick: it often runs in the process that plays the sound, which
 * must not stand still meanwhile.
 */
export function likeness(heard: Samples, pcma: Buffer): number {
  const start = Math.max(0, Math.floor((pcma.length - pieceSamples) / 2));
  const piece = Float64Array.from(pcma.subarray(start, start + pieceSamples), decodeAlaw);
  const sound = Float64Array.from(heard);
  const pieceEnergy = energyOf(piece);
  let energy = energyOf(sound.subarray(0, piece.length));
  let greatest = 0;
  for (let at = 0; at + piece.length <= sound.length; at += 1) {
    let product = 0;
    for (let index = 0; index < piece.length; index += 1) product += (piece[index] ?? 0) * (sound[at + index] ?? 0);
    // What is left of silence after adding and taking away is no sound.
    if (energy > pieceEnergy * 1e-6) greatest = Math.max(greatest, product / Math.sqrt(pieceEnergy * energy));
    energy += (sound[at + piece.length] ?? 0) ** 2 - (sound[at] ?? 0) ** 2;
  }
  return greatest;
}

const energyOf = (samples: Float64Array): number => samples.reduce((sum, sample) => sum + sample * sample, 0);

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
