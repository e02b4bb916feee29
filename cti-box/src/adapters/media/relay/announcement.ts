/** An announcement on its way to one leg: frames of 20 ms, counted by the relay's beats. */
import { decodeAlaw, encodeMulaw } from "../audio/g711.ts";

const FRAME_SAMPLES = 160;
const MULAW_OF_ALAW = Uint8Array.from({ length: 256 }, (_, byte) => encodeMulaw(decodeAlaw(byte)));
const SILENCE = 0xd5;

export class Announcement {
  private readonly pcma: Buffer;
  private firstBeat: number | null = null;
  /** Names the source in the leg's stream. */
  readonly source: string;

  constructor(pcma: Buffer, source: string) {
    this.pcma = pcma;
    this.source = source;
  }

  /** Whether nothing is left to be sent in this beat. */
  isOverAt(beat: number): boolean {
    this.firstBeat ??= beat;
    return (beat - this.firstBeat) * FRAME_SAMPLES >= this.pcma.length;
  }

  /** The last frame is filled up with silence. */
  frame(codec: "pcma" | "pcmu", beat: number): Buffer {
    const start = (beat - (this.firstBeat ?? beat)) * FRAME_SAMPLES;
    const frame = Buffer.alloc(FRAME_SAMPLES, SILENCE);
    this.pcma.copy(frame, 0, start, start + FRAME_SAMPLES);
    return codec === "pcma" ? frame : Buffer.from(frame.map((byte) => MULAW_OF_ALAW[byte] ?? 0));
  }
}
