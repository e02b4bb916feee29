import { expect, test } from "vitest";
import { decodeAlaw, encodeAlaw } from "../../bin/carrier/alaw.ts";
import { judge } from "../../bin/carrier/hearing.ts";
import { readWav, sampleRateHz, shareOfTone, tone } from "../../bin/carrier/sound.ts";
import { join } from "node:path";
import { projectDirectory } from "../../bin/playground/folders.ts";
import { melodySample } from "../../cti-box/src/adapters/media/audio/hold-melody.ts";

const overThePhone = (samples: Int16Array): Int16Array => samples.map((sample) => decodeAlaw(encodeAlaw(sample)));

test("every A-law octet comes back as itself", () => {
  for (let octet = 0; octet < 256; octet += 1) expect(encodeAlaw(decodeAlaw(octet))).toBe(octet);
});

test("a tone over A-law is found at its frequency and not beside it", () => {
  const heard = overThePhone(tone(700, 0.5));
  expect(shareOfTone(heard, 700)).toBeGreaterThan(0.95);
  expect(shareOfTone(heard, 1_000)).toBeLessThan(0.01);
});

test("silence, tone, hold music and voice are told apart", () => {
  expect(judge(new Int16Array(4_000))).toEqual({ kind: "silence" });
  expect(judge(overThePhone(tone(1_400, 0.5)))).toEqual({ kind: "tone", frequencyHz: 1_400 });
  // From the middle of a note to the middle of the next, so that both notes and the pause are in it.
  const music = Int16Array.from({ length: 4_000 }, (_, index) => melodySample(sampleRateHz - 2_000 + index));
  expect(judge(overThePhone(music))).toEqual({ kind: "hold-music" });
  const voice = readWav(join(projectDirectory, "bin/carrier/sounds/citizen.wav"));
  expect(judge(overThePhone(voice.subarray(sampleRateHz, sampleRateHz + 4_000)))).toEqual({ kind: "voice" });
});
