/** Keys as pairs of tones (ITU-T Q.23): which two, and how they sound. */
import type { DtmfDigit } from "../../../application/media-port.ts";

export const LOW_TONES_HZ = [697, 770, 852, 941] as const;
export const HIGH_TONES_HZ = [1209, 1336, 1477, 1633] as const;
const KEYPAD = "123A456B789C*0#D";

const SAMPLE_RATE = 8000;
/** Each tone; the pair is at -10 dBm0, a usual keypad level. The upper one is a little louder, because lines weaken it more (Q.23). */
const LOW_AMPLITUDE = 5200;
const HIGH_AMPLITUDE = 6500;

/** By the numbers of its two tones, 0 to 3. */
export function keyOfTones(low: number, high: number): DtmfDigit {
  return KEYPAD[low * 4 + high] as DtmfDigit;
}

/** Sample number `index` of the key, 16 bits. */
export function keySample(digit: DtmfDigit, index: number): number {
  const place = KEYPAD.indexOf(digit);
  const angle = (2 * Math.PI * index) / SAMPLE_RATE;
  const low = LOW_AMPLITUDE * Math.sin(angle * (LOW_TONES_HZ[place >> 2] ?? 0));
  return Math.round(low + HIGH_AMPLITUDE * Math.sin(angle * (HIGH_TONES_HZ[place & 3] ?? 0)));
}
