/**
 * Key presses as RTP (RFC 4733 §2.3): four bytes, event, end bit, volume, and a duration that grows from packet to packet in units of the
 * payload type's clock. All packets of one press carry the timestamp of its start; the last one is sent three times.
 */
import type { DtmfDigit } from "../../../application/media-port.ts";
import type { ClockRate } from "../sdp/audio-codecs.ts";

const DIGITS = "0123456789*#ABCD";
/** -10 dBm0, a usual keypad level. */
const VOLUME = 10;

export type TelephoneEvent = { event: number; isEnd: boolean; volume: number; duration: number };

export function readTelephoneEvent(payload: Buffer): TelephoneEvent | null {
  if (payload.length < 4) return null;
  const flags = payload.readUInt8(1);
  return {
    event: payload.readUInt8(0),
    isEnd: (flags & 0x80) !== 0,
    volume: flags & 0x3f,
    duration: payload.readUInt16BE(2),
  };
}

export function writeTelephoneEvent({ event, isEnd, volume, duration }: TelephoneEvent): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt8(event, 0);
  payload.writeUInt8((isEnd ? 0x80 : 0) | volume, 1);
  payload.writeUInt16BE(Math.min(duration, 0xffff), 2);
  return payload;
}

/** Null for events that are not keys (fax tones, flash). */
export function digitOf(event: number): DtmfDigit | null {
  const digit = DIGITS[event];
  return digit === undefined ? null : (digit as DtmfDigit);
}

/** The same press in another payload type's clock. */
export function rescaled(event: TelephoneEvent, from: ClockRate, to: ClockRate): TelephoneEvent {
  return from === to ? event : { ...event, duration: Math.round((event.duration * to) / from) };
}

/** Payloads of one key press, 20 ms apart, the last three together. */
export function payloadsOfPress(digit: DtmfDigit, durationMs: number, clockRate: ClockRate): Buffer[] {
  const event = DIGITS.indexOf(digit);
  const step = clockRate / 50;
  // Longer events would overflow the 16-bit duration and need segments (§2.5.1.3); at 48 kHz that is after 1.3 s, longer than any keypad press.
  const packets = Math.max(2, Math.min(Math.round(durationMs / 20), Math.floor(0xffff / step)));
  const payloads: Buffer[] = [];
  for (let index = 1; index < packets; index += 1) {
    payloads.push(writeTelephoneEvent({ event, isEnd: false, volume: VOLUME, duration: index * step }));
  }
  const last = writeTelephoneEvent({ event, isEnd: true, volume: VOLUME, duration: packets * step });
  return [...payloads, last, last, last];
}
