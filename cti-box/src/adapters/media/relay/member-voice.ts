/**
 * What one member of a conference says, on its way into the mix: decoded packets of any length become frames of 20 ms at the mixer's own beat.
 *
 *   filling ─60 ms are there─▶ flowing ─nothing left─▶ filling
 *
 * A far end whose clock runs faster than ours fills the store up; then the oldest is dropped, so that the delay stays under 160 ms.
 */
import { decodeAlaw, decodeMulaw } from "../audio/g711.ts";
import type { RtpPacket } from "./rtp-packet.ts";

export const FRAME_SAMPLES = 160;
const START_SAMPLES = 3 * FRAME_SAMPLES;
const MOST_SAMPLES = 8 * FRAME_SAMPLES;

const EXPANSIONS = {
  pcma: Int16Array.from({ length: 256 }, (_, byte) => decodeAlaw(byte)),
  pcmu: Int16Array.from({ length: 256 }, (_, byte) => decodeMulaw(byte)),
};

export class MemberVoice {
  private readonly samples = new Int16Array(MOST_SAMPLES);
  private count = 0;
  private state: "filling" | "flowing" = "filling";
  private last: { ssrc: number; sequenceNumber: number } | null = null;

  /** Packets that come late or twice are left out: their time is over. */
  take(codec: keyof typeof EXPANSIONS, { ssrc, sequenceNumber, payload }: RtpPacket): void {
    const isLate = this.last?.ssrc === ssrc && ((sequenceNumber - this.last.sequenceNumber - 1) & 0xffff) >= 0x8000;
    if (isLate) return;
    this.last = { ssrc, sequenceNumber };
    const speech = payload.length > MOST_SAMPLES ? payload.subarray(payload.length - MOST_SAMPLES) : payload;
    this.drop(this.count + speech.length - MOST_SAMPLES);
    const expand = EXPANSIONS[codec];
    for (const byte of speech) {
      this.samples[this.count] = expand[byte] ?? 0;
      this.count += 1;
    }
  }

  /** The next 20 ms; null while there is nothing to be heard. */
  next(): Int16Array | null {
    if (this.state === "filling" && this.count < START_SAMPLES) return null;
    if (this.count < FRAME_SAMPLES) {
      this.state = "filling";
      return null;
    }
    this.state = "flowing";
    const frame = this.samples.slice(0, FRAME_SAMPLES);
    this.drop(FRAME_SAMPLES);
    return frame;
  }

  private drop(oldest: number): void {
    if (oldest <= 0) return;
    this.samples.copyWithin(0, oldest, this.count);
    this.count = Math.max(0, this.count - oldest);
  }
}
