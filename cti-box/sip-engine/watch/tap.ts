/** The one place that every SIP message passes, sent and received, for whoever watches: captures, traces, counts. */
import { isWildcard, type Flow } from "../transport/flow.ts";

export type Direction = "received" | "sent";

/** Told of each message in the thread that handles it: it copies what it keeps, and never throws. */
export type MessageTap = (direction: Direction, bytes: Buffer, flow: Flow) => void;

/** One tap for all of them; null when nobody watches, so that the transports are left alone. */
export function joinTaps(taps: readonly MessageTap[]): MessageTap | null {
  const [first, ...others] = taps;
  if (first === undefined) return null;
  if (others.length === 0) return first;
  return (direction, bytes, flow) => {
    for (const tap of taps) tap(direction, bytes, flow);
  };
}

/** Now, in microseconds since the epoch, from the clock that never jumps back. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}

/** Our own address on that flow; on a wildcard socket the one that the peer is told. */
export function localAddressOf({ listener, advertised }: Flow): string {
  return isWildcard(listener.host) ? advertised.host : listener.host;
}

const lineFeed = 0x0a;
const isLetter = (byte: number | undefined, letter: string): boolean =>
  byte !== undefined && (byte | 0x20) === letter.charCodeAt(0);

/**
 * Value of Call-ID, of messages that cannot be read otherwise as well; empty when there is none in the head. Reads no more than the lines
 * before it: every message of a busy engine comes through here.
 */
export function callIdOf(bytes: Buffer): string {
  for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, end + 1)) {
    const first = bytes[end + 1];
    if (first === 0x0d || first === lineFeed) return "";
    if (isLetter(first, "i") || (isLetter(first, "c") && isLetter(bytes[end + 2], "a"))) {
      const stop = bytes.indexOf(lineFeed, end + 1);
      const line = bytes.toString("latin1", end + 1, Math.min(stop === -1 ? bytes.length : stop, end + longestLine));
      const found = /^(?:call-id|i)[ \t]*:[ \t]*(\S+)/i.exec(line)?.[1];
      if (found !== undefined) return found;
    }
  }
  return "";
}

/** Call-IDs beyond this are cut: they serve to find a call, and one of a kilobyte finds it as well. */
const longestLine = 1_024;
