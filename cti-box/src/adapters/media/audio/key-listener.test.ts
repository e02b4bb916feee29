/** Keys are heard in the sound as the networks' rules want it (ITU-T Q.24), and nowhere else. */
import { describe, expect, it } from "vitest";
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from "./g711.ts";
import { KeyListener } from "./key-listener.ts";
import { HIGH_TONES_HZ, keySample, LOW_TONES_HZ } from "./key-tones.ts";
import type { DtmfDigit } from "../../../application/media-port.ts";

const digits = Array.from("0123456789*#ABCD") as DtmfDigit[];
const ms = (milliseconds: number): number => milliseconds * 8;
const silence = (milliseconds: number): number[] => Array<number>(ms(milliseconds)).fill(0);
const key = (digit: DtmfDigit, milliseconds: number): number[] =>
  Array.from({ length: ms(milliseconds) }, (_, index) => keySample(digit, index));

type Pair = { low: number; high: number; lowAmplitude?: number; highAmplitude?: number; milliseconds?: number };
function pair({ low, high, lowAmplitude = 5000, highAmplitude = 5000, milliseconds = 100 }: Pair): number[] {
  const wave = (hz: number, amplitude: number, index: number) =>
    amplitude * Math.sin((2 * Math.PI * hz * index) / 8000);
  return Array.from({ length: ms(milliseconds) }, (_, index) =>
    Math.round(wave(low, lowAmplitude, index) + wave(high, highAmplitude, index)),
  );
}

/** In frames of 20 ms, after `offset` samples: a key does not begin with a block. */
function heard(sound: readonly number[], offset = 0): string {
  const listener = new KeyListener();
  const whole = [...Array<number>(offset).fill(0), ...sound];
  const keys: string[] = [];
  for (let at = 0; at < whole.length; at += 160) keys.push(...listener.hear(whole.slice(at, at + 160)));
  return keys.join("");
}

describe("a key", () => {
  it.each(digits)("%s is heard once, however it lies in the blocks, after either law", (digit) => {
    for (const offset of [0, 17, 51, 85, 101]) {
      const sound = [...key(digit, 100), ...silence(60)];
      expect(heard(sound, offset)).toBe(digit);
      expect(
        heard(
          sound.map((sample) => decodeAlaw(encodeAlaw(sample))),
          offset,
        ),
      ).toBe(digit);
      expect(
        heard(
          sound.map((sample) => decodeMulaw(encodeMulaw(sample))),
          offset,
        ),
      ).toBe(digit);
    }
  });

  it("of 40 ms is heard wherever it begins, and one after the other with pauses of 40 ms", () => {
    for (let offset = 0; offset < 102; offset += 1) {
      expect(heard([...key("5", 40), ...silence(40), ...key("5", 40), ...silence(40)], offset)).toBe("55");
    }
  });

  it("of less than 20 ms is none", () => {
    for (let offset = 0; offset < 102; offset += 1) expect(heard([...key("5", 19), ...silence(60)], offset)).toBe("");
  });

  it("goes on through a disturbance of one block, and is one", () => {
    const sound = key("5", 130);
    // In the sixth block.
    sound.fill(0, 520, 600);
    expect(heard([...sound, ...silence(60)])).toBe("5");
  });

  it.each([-0.015, -0.01, 0.01, 0.015])("is heard with tones that are off by %d of their height", (off) => {
    for (const low of LOW_TONES_HZ)
      for (const high of HIGH_TONES_HZ)
        expect(heard([...pair({ low: low * (1 + off), high: high * (1 + off) }), ...silence(60)])).toHaveLength(1);
  });

  it.each([
    ["as weak as a long line makes it", { lowAmplitude: 350, highAmplitude: 350 }, "5"],
    ["with the lower tone 6 dB stronger", { lowAmplitude: 8000, highAmplitude: 4000 }, "5"],
    ["with the upper tone 3 dB stronger", { lowAmplitude: 4000, highAmplitude: 5600 }, "5"],
    ["nearly silent", { lowAmplitude: 150, highAmplitude: 150 }, ""],
    ["with the lower tone 12 dB stronger", { lowAmplitude: 8000, highAmplitude: 2000 }, ""],
    ["with the upper tone 8 dB stronger", { lowAmplitude: 3000, highAmplitude: 7600 }, ""],
  ])("%s", (_what, levels, expected) => {
    expect(heard([...pair({ low: 770, high: 1336, ...levels }), ...silence(60)])).toBe(expected);
  });

  it("is heard in noise 20 dB below it", () => {
    let seed = 1;
    const noise = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (seed / 2_147_483_648 - 0.5) * 1500;
    };
    for (const digit of digits) expect(heard([...key(digit, 100), ...silence(60)].map((s) => s + noise()))).toBe(digit);
  });
});

describe("no key", () => {
  it.each([440, 697, 941, 1000, 1209, 1633])("is in a tone of %d Hz", (hz) => {
    expect(heard(pair({ low: hz, high: 0, milliseconds: 500 }))).toBe("");
  });

  it("is in two tones of one group, nor in the tones of the network", () => {
    for (const [low, high] of [
      [697, 941],
      [1209, 1477],
      [350, 440],
      [425, 480],
      [950, 1400],
      [1100, 2100],
    ] as const)
      expect(heard(pair({ low, high, milliseconds: 500 }))).toBe("");
  });

  it("is in a key with a third tone over it, as a voice would be", () => {
    const [two, third] = [key("5", 200), pair({ low: 300, high: 0, lowAmplitude: 5000, milliseconds: 200 })];
    expect(heard(two.map((sample, index) => sample + (third[index] ?? 0)))).toBe("");
  });
});
