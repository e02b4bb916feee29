/**
 * Numbering of the one RTP stream that a leg hears. Sources behind it change (music, another operator, a key press of our own), but the far end
 * must see one SSRC whose sequence numbers run on and whose timestamps never step back (RFC 3550 §5.1), with the marker where a new source begins.
 *
 *   source "a" ─packets─▶ offsets of "a" ┐
 *   source "b" ─packets─▶ offsets of "b" ┴▶ one sequence, one clock; a gap between sources is as long as it was on the wall
 *
 * Within one source the offsets stay, so losses and reordering of the incoming stream remain visible to the far end's jitter buffer.
 */
import { randomBytes } from "node:crypto";
import type { ClockRate } from "../sdp/audio-codecs.ts";

export type SourcePacket = {
  /** Whose packets share offsets: counterpart and its SSRC, or a generator. */
  source: string;
  sequenceNumber: number;
  timestamp: number;
  clockRate: ClockRate;
  marker: boolean;
};
export type Numbered = { sequenceNumber: number; timestamp: number; marker: boolean };

/** A first packet of a new source comes at least one packet time (20 ms) after the last one. */
const MIN_GAP_MS = 20;
/** After a long silence the timestamp needs not follow the wall clock to the last hour. */
const MAX_GAP_MS = 60_000;

export class OutgoingStream {
  readonly ssrc = randomBytes(4).readUInt32BE(0);
  private source: { name: string; clockRate: ClockRate; sequenceOffset: number; timestampOffset: number } | null = null;
  /** In the lower half: a first packet that is lost shall not be a turn of the count (RFC 3711 §3.3.1). */
  private lastSequence = randomBytes(2).readUInt16BE(0) & 0x7fff;
  private lastTimestamp = randomBytes(4).readUInt32BE(0);
  private lastAtMs = 0;

  /** Numbers the next packet of a source that has numbers of its own. */
  follow(packet: SourcePacket, nowMs: number): Numbered {
    const known = this.source;
    const isNew = known?.name !== packet.source || known.clockRate !== packet.clockRate;
    const source = isNew ? this.begin(packet, nowMs) : known;
    const sequenceNumber = (packet.sequenceNumber + source.sequenceOffset) & 0xffff;
    const timestamp = (packet.timestamp + source.timestampOffset) >>> 0;
    if (isNew || isAhead16(sequenceNumber, this.lastSequence)) this.advance(sequenceNumber, timestamp, nowMs);
    return { sequenceNumber, timestamp, marker: packet.marker || isNew };
  }

  /** Sequence number of a packet that belongs to no source and carries a timestamp of our choice (key presses); `elapsed` after it the sound goes on. */
  insert({ timestamp, elapsed }: { timestamp: number; elapsed: number }, nowMs: number): number {
    this.source = null;
    const sequenceNumber = (this.lastSequence + 1) & 0xffff;
    this.advance(sequenceNumber, (timestamp + elapsed) >>> 0, nowMs);
    return sequenceNumber;
  }

  /** Timestamp of something that begins now. */
  timestampNow(clockRate: ClockRate, nowMs: number): number {
    const gapMs = Math.min(Math.max(nowMs - this.lastAtMs, MIN_GAP_MS), MAX_GAP_MS);
    return (this.lastTimestamp + Math.round((gapMs * clockRate) / 1000)) >>> 0;
  }

  private begin(packet: SourcePacket, nowMs: number): NonNullable<OutgoingStream["source"]> {
    const sequenceOffset = (this.lastSequence + 1 - packet.sequenceNumber) & 0xffff;
    const timestampOffset = (this.timestampNow(packet.clockRate, nowMs) - packet.timestamp) >>> 0;
    this.source = { name: packet.source, clockRate: packet.clockRate, sequenceOffset, timestampOffset };
    return this.source;
  }

  private advance(sequenceNumber: number, timestamp: number, nowMs: number): void {
    this.lastSequence = sequenceNumber;
    this.lastTimestamp = timestamp;
    this.lastAtMs = nowMs;
  }
}

function isAhead16(candidate: number, reference: number): boolean {
  return ((candidate - reference) & 0xffff) < 0x8000;
}
