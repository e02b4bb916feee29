/** Hold music as rtpengine takes it: a file on its own machine, or the box's melody inside the request (16 kB, which a datagram holds). */
import { encodeAlaw } from "../audio/g711.ts";
import { MELODY_SAMPLE_RATE, MELODY_SAMPLES, melodySample } from "../audio/hold-melody.ts";

export type Music = { file: string } | { blob: Buffer };

const WAVE_FORMAT_ALAW = 6;
const HEADER_LENGTH = 44;

/** `file`: a path that rtpengine can read, in any format that ffmpeg knows. */
export function holdMusic(file: string | undefined): Music {
  return file === undefined ? { blob: melodyWav() } : { file };
}

/** The melody as an A-law WAV file, 8 kHz mono. */
function melodyWav(): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.write("RIFF", 0);
  header.writeUInt32LE(HEADER_LENGTH - 8 + MELODY_SAMPLES, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(WAVE_FORMAT_ALAW, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(MELODY_SAMPLE_RATE, 24);
  header.writeUInt32LE(MELODY_SAMPLE_RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(MELODY_SAMPLES, 40);
  const samples = Buffer.from(Array.from({ length: MELODY_SAMPLES }, (_, index) => encodeAlaw(melodySample(index))));
  return Buffer.concat([header, samples]);
}
