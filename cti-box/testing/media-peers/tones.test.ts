import { describe, expect, it } from "vitest";
import { decodeAlaw, decodeMulaw } from "./g711-decode.ts";
import { G722Decoder, toneG722 } from "./g722.ts";
import { detectTone, tonePcma, tonePcmu, toneSamples, toneShare } from "./tones.ts";

describe("tones of the test peers", () => {
  it.each([
    ["PCMA", tonePcma(440), (frames: Buffer) => Array.from(frames, decodeAlaw)],
    ["PCMU", tonePcmu(440), (frames: Buffer) => Array.from(frames, decodeMulaw)],
    ["G.722", toneG722(440), (frames: Buffer) => new G722Decoder().decodeTo8kHz(frames)],
  ] as const)("a tone survives %s and no other tone is found in it", (_name, frame, decode) => {
    const samples = decode(Buffer.concat(Array.from({ length: 20 }, (_, index) => frame(index))));
    expect(toneShare(samples.slice(800), 440)).toBeGreaterThan(0.95);
    expect(detectTone(samples, 1000)).toBe(false);
    expect(Math.max(...samples)).toBeGreaterThan(7000);
    expect(Math.max(...samples)).toBeLessThan(9000);
  });

  it("two tones mixed are both found", () => {
    const one = toneSamples(440, { count: 1600 });
    const other = toneSamples(1000, { count: 1600 });
    const mixed = one.map((sample, index) => (sample + (other[index] ?? 0)) / 2);
    expect(detectTone(mixed, 440) && detectTone(mixed, 1000)).toBe(true);
  });

  it("silence holds no tone", () => {
    expect(toneShare(new Int16Array(800), 440)).toBe(0);
    expect(
      toneShare(
        Array.from({ length: 800 }, (_, index) => (index % 3) - 1),
        440,
      ),
    ).toBe(0);
  });
});
