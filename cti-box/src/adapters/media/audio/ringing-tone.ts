/**
 * The tone of a telephone that rings, as in the Italian network (ITU-T E.180 supplement 2): 425 Hz, one second on, four seconds off. Computed, like the hold
 * melody; two minutes of it, which is longer than anybody is rung.
 */
import { encodeAlaw } from "./g711.ts";

const sampleRate = 8000;
const onSamples = sampleRate;
const cycleSamples = 5 * sampleRate;
const cycles = 24;
/** A whole number of periods fits into the second, so that the tone begins and ends at zero. */
const hertz = 425;
/** About -20 dB below full scale. */
const amplitude = 3200;

let made: Buffer | null = null;

/** A-law, 8000 samples per second. */
export function ringingTone(): Buffer {
  made ??= make();
  return made;
}

function make(): Buffer {
  const cycle = Buffer.alloc(cycleSamples, encodeAlaw(0));
  for (let index = 0; index < onSamples; index += 1)
    cycle[index] = encodeAlaw(Math.round(amplitude * Math.sin((2 * Math.PI * hertz * index) / sampleRate)));
  return Buffer.concat(Array.from({ length: cycles }, () => cycle));
}
