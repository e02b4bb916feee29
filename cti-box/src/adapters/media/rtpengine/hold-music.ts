/** Hold music as rtpengine takes it: a file on its own machine, or the box's melody inside the request (16 kB, which a datagram holds). */
import { encodeAlaw } from "../audio/g711.ts";
import { MELODY_SAMPLES, melodySample } from "../audio/hold-melody.ts";
import { alawWav } from "../audio/wav.ts";

export type Music = { file: string } | { blob: Buffer };

/** `file`: a path that rtpengine can read, in any format that ffmpeg knows. */
export function holdMusic(file: string | undefined): Music {
  if (file !== undefined) return { file };
  const samples = Array.from({ length: MELODY_SAMPLES }, (_, index) => encodeAlaw(melodySample(index)));
  return { blob: alawWav(Buffer.from(samples)) };
}
