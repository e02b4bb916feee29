/** Tones to send and to find again: the content by which tests know whose voice arrives where. Samples are 16-bit values in a plain array or Int16Array. */
import { encodeAlaw, encodeMulaw } from "../../src/adapters/media/audio/g711.ts";

export const SAMPLE_RATE = 8000;

export type Samples = ArrayLike<number>;

/** Sine wave, `amplitude` of 32767, continuous from sample `from` on. */
export function toneSamples(
  frequencyHz: number,
  {
    count,
    from = 0,
    amplitude = 8000,
    sampleRate = SAMPLE_RATE,
  }: { count: number; from?: number; amplitude?: number; sampleRate?: number },
): Int16Array {
  return Int16Array.from({ length: count }, (_, index) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * frequencyHz * (from + index)) / sampleRate)),
  );
}

/** Endless PCMA frames of 20 ms (160 bytes); `index` counts frames. */
export function tonePcma(frequencyHz: number): (index: number) => Buffer {
  return toneFrames(frequencyHz, encodeAlaw);
}

/** Endless PCMU frames of 20 ms. */
export function tonePcmu(frequencyHz: number): (index: number) => Buffer {
  return toneFrames(frequencyHz, encodeMulaw);
}

/**
 * Share of the sound's energy at one frequency, 0 to 1 (Goertzel): near 1 for that tone alone, near 0 for another tone, silence or noise.
 * Silence, digital or nearly so, counts as 0.
 */
export function toneShare(samples: Samples, frequencyHz: number, sampleRate = SAMPLE_RATE): number {
  const count = samples.length;
  if (count === 0) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRate);
  let previous = 0;
  let beforePrevious = 0;
  let energy = 0;
  for (let index = 0; index < count; index += 1) {
    const sample = samples[index] ?? 0;
    const now = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = now;
    energy += sample * sample;
  }
  if (Math.sqrt(energy / count) < 30) return 0;
  const power = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious;
  return Math.min(1, (2 * power) / (count * energy));
}

/** Whether the tone is clearly there: at least a third of the energy, so two tones mixed are both found. Use 100 ms of samples or more. */
export function detectTone(samples: Samples, frequencyHz: number, sampleRate = SAMPLE_RATE): boolean {
  return toneShare(samples, frequencyHz, sampleRate) > 0.3;
}

const KEYPAD = ["123A", "456B", "789C", "*0#D"];
export const KEY_ROWS_HZ = [697, 770, 852, 941];
export const KEY_COLUMNS_HZ = [1209, 1336, 1477, 1633];

/** Endless frames of the two tones of a key (ITU-T Q.23); null: of silence. */
export function keyTones(key: string | null, law: "pcma" | "pcmu"): (index: number) => Buffer {
  const row = KEYPAD.findIndex((keys) => key !== null && keys.includes(key));
  const encode = law === "pcma" ? encodeAlaw : encodeMulaw;
  if (key === null || row === -1) return () => Buffer.alloc(160, encode(0));
  const tones = [KEY_ROWS_HZ[row] ?? 0, KEY_COLUMNS_HZ[KEYPAD[row]?.indexOf(key) ?? 0] ?? 0];
  return (index) => {
    const [low, high] = tones.map((hz) => toneSamples(hz, { count: 160, from: index * 160, amplitude: 6000 }));
    return Buffer.from(Array.from({ length: 160 }, (_, at) => encode((low?.[at] ?? 0) + (high?.[at] ?? 0))));
  };
}

/** The key whose two tones carry these samples; null: none. 100 samples or more. */
export function keyIn(samples: Samples): string | null {
  const strongest = (tones: readonly number[]): number => {
    const shares = tones.map((hz) => toneShare(samples, hz));
    const most = Math.max(...shares);
    return most > 0.25 ? shares.indexOf(most) : -1;
  };
  const [row, column] = [strongest(KEY_ROWS_HZ), strongest(KEY_COLUMNS_HZ)];
  return row === -1 || column === -1 ? null : (KEYPAD[row]?.[column] ?? null);
}

function toneFrames(frequencyHz: number, encode: (sample: number) => number): (index: number) => Buffer {
  return (index) => Buffer.from(Array.from(toneSamples(frequencyHz, { count: 160, from: index * 160 }), encode));
}
