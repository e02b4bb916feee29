/** An announcement at rtpengine, which takes a sound inside a datagram: a long one is given in pieces, each when the one before has been played. */
import { alawWav } from "../audio/wav.ts";

const MAX_PIECE = 48_000;
const SAMPLES_PER_MS = 8;

export class Announcement {
  private readonly pieces: Buffer[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(pcma: Buffer) {
    for (let start = 0; start < pcma.length; start += MAX_PIECE)
      this.pieces.push(pcma.subarray(start, start + MAX_PIECE));
  }

  /** The next piece as a WAV file; null after the last one. `afterwards` runs when it has been played. */
  next(afterwards: () => void): Buffer | null {
    this.close();
    const piece = this.pieces.shift();
    if (piece === undefined) return null;
    this.timer = setTimeout(afterwards, piece.length / SAMPLES_PER_MS);
    return alawWav(piece);
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

export function breakOff(leg: { announcement: Announcement | null }): void {
  leg.announcement?.close();
  leg.announcement = null;
}
