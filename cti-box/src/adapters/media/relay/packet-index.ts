/** Packet indices of SRTP (RFC 3711 §3.3): the sequence number of RTP with the count of its turns before it, 48 bits. Pure but for what was seen. */

/** The index with this sequence number (0 to 65535) that lies next to the highest one so far; null: there was none. */
export function indexOf(sequenceNumber: number, highest: number | null): number {
  if (highest === null) return sequenceNumber;
  const turns = Math.floor(highest / 65_536);
  const ahead = sequenceNumber - (highest % 65_536);
  const turn = ahead < -32_768 ? turns + 1 : ahead > 32_768 ? turns - 1 : turns;
  return Math.max(turn, 0) * 65_536 + sequenceNumber;
}

/** Packets further behind than this are not taken (RFC 3711 §3.3.2 wants 64 at least). */
const WINDOW = 128;

/** The indices that came from one source: each is taken once, so that nobody can play a conversation again. */
export class SeenIndices {
  highest: number | null = null;
  private readonly seen = new Float64Array(WINDOW).fill(-1);

  isNew(index: number): boolean {
    if (this.highest !== null && index <= this.highest - WINDOW) return false;
    return this.seen[index % WINDOW] !== index;
  }

  /** Of an authentic packet. */
  take(index: number): void {
    this.seen[index % WINDOW] = index;
    this.highest = Math.max(index, this.highest ?? 0);
  }
}
