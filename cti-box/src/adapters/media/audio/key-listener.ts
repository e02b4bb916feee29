/**
 * Hears keys in the sound (ITU-T Q.24): two tones, one of each group, of about the same strength, that carry nearly all of the sound's energy. Looked at in blocks of
 * 12.75 ms; a key is told with the second block in a row that holds it, and is over with the second one that does not.
 *
 *   quiet ─block with a key─▶ beginning ─the same again─▶ down ─other block─▶ ending ─another one─▶ quiet
 *             ▲                  │ another block                  ▲                │ the same key
 *             └──────────────────┘                                └────────────────┘
 */
import type { DtmfDigit } from "../../../application/media-port.ts";
import { HIGH_TONES_HZ, keyOfTones, LOW_TONES_HZ } from "./key-tones.ts";

const SAMPLE_RATE = 8000;
/** 102 samples: the shortest block in which the neighbours of a group, 73 Hz apart, are told from each other. */
const BLOCK = 102;
/** Root of the mean square of a sample below which nothing is a key: -36 dBm0, weaker than any line delivers. */
const QUIETEST = 250;
/** How much stronger the lower tone may be (8 dB), and the upper one (4 dB). */
const NORMAL_TWIST = 6.3;
const REVERSE_TWIST = 2.5;
/** How much stronger a tone is than the others of its group: 8 dB. */
const STANDS_OUT = 6.3;
/** Share of the energy that the two tones carry. Speech, which has tones of these heights now and then, has others beside them. */
const LEAST_SHARE = 0.8;

const COEFFICIENTS = [...LOW_TONES_HZ, ...HIGH_TONES_HZ].map((hz) => 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE));

type State =
  | { kind: "quiet" }
  | { kind: "beginning"; key: DtmfDigit }
  | { kind: "down"; key: DtmfDigit }
  | { kind: "ending"; key: DtmfDigit };

export class KeyListener {
  private state: State = { kind: "quiet" };
  private readonly block = new Float64Array(BLOCK);
  private filled = 0;

  /** The next samples of the sound, 16 bits. The keys that began in them: at most one in 20 ms. */
  hear(samples: Iterable<number>): DtmfDigit[] {
    const begun: DtmfDigit[] = [];
    for (const sample of samples) {
      this.block[this.filled] = sample;
      this.filled += 1;
      if (this.filled < BLOCK) continue;
      this.filled = 0;
      const before = this.state;
      this.state = after(before, keyIn(this.block));
      if (this.state.kind === "down" && before.kind === "beginning") begun.push(this.state.key);
    }
    return begun;
  }

  /** A key sounds, or may: what is heard now is a tone for machines. */
  get isSounding(): boolean {
    return this.state.kind !== "quiet";
  }
}

function after(state: State, key: DtmfDigit | null): State {
  switch (state.kind) {
    case "quiet":
      return key === null ? state : { kind: "beginning", key };
    case "beginning":
      if (key === null) return { kind: "quiet" };
      return { kind: key === state.key ? "down" : "beginning", key };
    case "down":
      return key === state.key ? state : { kind: "ending", key: state.key };
    case "ending":
      if (key === state.key) return { kind: "down", key };
      return key === null ? { kind: "quiet" } : { kind: "beginning", key };
  }
}

/** The key that this block holds; null: none. */
function keyIn(block: Float64Array): DtmfDigit | null {
  let energy = 0;
  for (const sample of block) energy += sample * sample;
  if (energy < QUIETEST * QUIETEST * BLOCK) return null;
  const powers = COEFFICIENTS.map((coefficient) => powerAt(block, coefficient));
  const [lows, highs] = [powers.slice(0, 4), powers.slice(4)];
  const [low, high] = [strongest(lows), strongest(highs)];
  if (low === null || high === null) return null;
  if (low.power > high.power * NORMAL_TWIST || high.power > low.power * REVERSE_TWIST) return null;
  // A tone alone has a power of half the count of samples times their energy.
  if (low.power + high.power < (LEAST_SHARE * energy * BLOCK) / 2) return null;
  return keyOfTones(low.index, high.index);
}

/** Goertzel's algorithm. */
function powerAt(block: Float64Array, coefficient: number): number {
  let [previous, beforePrevious] = [0, 0];
  for (const sample of block) {
    const now = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = now;
  }
  return previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious;
}

function strongest(powers: readonly number[]): { index: number; power: number } | null {
  const power = Math.max(...powers);
  const index = powers.indexOf(power);
  const standsOut = powers.every((other, at) => at === index || power > other * STANDS_OUT);
  return standsOut ? { index, power } : null;
}
