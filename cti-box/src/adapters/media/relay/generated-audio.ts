/**
 * Frames of 20 ms that the relay makes itself: the hold melody, announcements, the mix of a conference, and silence. It has no Opus or G.722 encoder, so the melody goes out in G.711,
 * which nearly every leg agreed to beside its wideband codec; a leg with Opus alone gets Opus silence, one with G.722 alone gets nothing.
 */
import { encodeAlaw, encodeMulaw } from "../audio/g711.ts";
import { MELODY_SAMPLES, melodySample } from "../audio/hold-melody.ts";
import type { AudioCodec } from "../sdp/audio-codecs.ts";

/** A sound in frames of G.711; `source` names it in the stream of the leg that hears it. */
export type PlayedSound = { readonly source: string; frame(codec: "pcma" | "pcmu", index: number): Buffer };

/** `melody` and `silence` are endless. */
export type GeneratedSound = "melody" | "silence" | PlayedSound;

const FRAME_SAMPLES = 160;
/** CELT, 20 ms, fullband, mono, nothing coded (RFC 6716 §3.1). */
const OPUS_SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);
const MELODY_FRAMES = MELODY_SAMPLES / FRAME_SAMPLES;

const SOUNDS: Record<"pcma" | "pcmu", Record<"melody" | "silence", Buffer>> = {
  pcma: { melody: compressed(encodeAlaw), silence: Buffer.alloc(FRAME_SAMPLES, encodeAlaw(0)) },
  pcmu: { melody: compressed(encodeMulaw), silence: Buffer.alloc(FRAME_SAMPLES, encodeMulaw(0)) },
};

/** Which of a leg's codecs can carry the sound, best first; null if none. */
export function codecFor(sound: GeneratedSound, agreed: readonly AudioCodec[]): "pcma" | "pcmu" | "opus" | null {
  if (sound === "silence" && agreed[0] === "opus") return "opus";
  if (agreed.includes("pcma")) return "pcma";
  if (agreed.includes("pcmu")) return "pcmu";
  return agreed.includes("opus") ? "opus" : null;
}

/** Payload number `index` of the sound. */
export function generatedFrame(sound: GeneratedSound, codec: "pcma" | "pcmu" | "opus", index: number): Buffer {
  if (codec === "opus") return OPUS_SILENCE;
  if (typeof sound !== "string") return sound.frame(codec, index);
  const samples = SOUNDS[codec][sound];
  if (sound === "silence") return samples;
  const start = (index % MELODY_FRAMES) * FRAME_SAMPLES;
  return samples.subarray(start, start + FRAME_SAMPLES);
}

function compressed(encode: (sample: number) => number): Buffer {
  return Buffer.from(Array.from({ length: MELODY_SAMPLES }, (_, index) => encode(melodySample(index))));
}
