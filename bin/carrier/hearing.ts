/** Says in words what is on the line, from the sound itself. */
import { loudness, sampleRateHz, shareOfTone } from "./sound.ts";

export type Heard =
  | { kind: "silence" }
  /** The two notes that an office plays to those who wait. */
  | { kind: "hold-music" }
  | { kind: "tone"; frequencyHz: number }
  | { kind: "voice" };

const musicNotesHz = [392, 523];
const quietLoudness = 60;
/** A tone or a note holds this much of all the sound there is. */
const pureShare = 0.6;
const pieceSamples = sampleRateHz / 10;

/** Judges about half a second of sound. */
export function judge(samples: Int16Array): Heard {
  if (loudness(samples) < quietLoudness) return { kind: "silence" };
  const pieces: Int16Array[] = [];
  for (let from = 0; from + pieceSamples <= samples.length; from += pieceSamples) {
    const piece = samples.subarray(from, from + pieceSamples);
    if (loudness(piece) >= quietLoudness) pieces.push(piece);
  }
  if (pieces.length === 0) return { kind: "silence" };
  if (isMostly(pieces, (piece) => musicNotesHz.some((note) => shareOfTone(piece, note) > pureShare))) {
    return { kind: "hold-music" };
  }
  const frequencyHz = strongestHz(samples);
  const isTone = isMostly(pieces, (piece) => shareOfTone(piece, frequencyHz) > pureShare);
  return isTone ? { kind: "tone", frequencyHz } : { kind: "voice" };
}

function isMostly(pieces: readonly Int16Array[], test: (piece: Int16Array) => boolean): boolean {
  return pieces.filter(test).length > pieces.length * 0.7;
}

/** Strongest frequency from 100 to 3400 Hz, to 10 Hz. */
export function strongestHz(samples: Int16Array): number {
  let best = { frequencyHz: 0, share: -1 };
  for (let frequencyHz = 100; frequencyHz <= 3_400; frequencyHz += 10) {
    const share = shareOfTone(samples, frequencyHz);
    if (share > best.share) best = { frequencyHz, share };
  }
  return best.frequencyHz;
}

export function inWords(heard: Heard): string {
  switch (heard.kind) {
    case "silence":
      return "silence";
    case "hold-music":
      return "hold music";
    case "tone":
      return `a tone of ${heard.frequencyHz} Hz`;
    case "voice":
      return "somebody's voice (or another sound that is no tone)";
  }
}

/** Whether two judgements say the same; tones count as one when they are close. */
export function isSame(one: Heard, other: Heard): boolean {
  if (one.kind === "tone" && other.kind === "tone") return Math.abs(one.frequencyHz - other.frequencyHz) <= 30;
  return one.kind === other.kind;
}
