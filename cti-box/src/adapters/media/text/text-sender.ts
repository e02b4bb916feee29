/**
 * Text towards a far end (RFC 4103 §5.1), pure: what is written is gathered for 300 ms, and each packet repeats what the two before it carried. When nobody writes
 * any more the last characters are still sent again, then the sender rests; the first packet after a rest is marked.
 *
 *   resting ─write─▶ sending ─every 300 ms─▶ sending ─nothing written, everything repeated─▶ resting
 *
 * A far end that reads slowly (`cps`, by default 30 characters a second over ten seconds) is written to no faster.
 */
import { MAX_AGE_MS, writeRedPayload } from "./red-payload.ts";

/** How the far end wants its text. */
export type TextFormats = {
  t140: number;
  /** Null: without redundancy. */
  red: { payloadType: number; generations: number } | null;
  charactersPerSecond: number;
};
type SentText = { bytes: Buffer; atMs: number };
export type TextSender = {
  /** Written and not sent yet. */
  waiting: string;
  /** What the last packets carried, oldest first, as many as are repeated. */
  earlier: readonly SentText[];
  lastSentAtMs: number | null;
  /** Characters of the last ten seconds. */
  spent: readonly { atMs: number; characters: number }[];
  /** Number of the next packet. */
  sequenceNumber: number;
};
/** `timestamp` is milliseconds of the sender's clock, not yet bounded to 32 bits. */
export type TextPacket = {
  payloadType: number;
  marker: boolean;
  sequenceNumber: number;
  timestamp: number;
  payload: Buffer;
};

const GATHERED_FOR_MS = 300;
const MAX_CHARACTERS = 10;
const MAX_WAITING = 8192;
const WINDOW_MS = 10_000;

export function restingSender(sequenceNumber: number): TextSender {
  return { waiting: "", earlier: [], lastSentAtMs: null, spent: [], sequenceNumber };
}

/** Null: more than the far end will read in minutes. */
export function write(sender: TextSender, text: string): TextSender | null {
  const waiting = sender.waiting + text.toWellFormed();
  return waiting.length > MAX_WAITING ? null : { ...sender, waiting };
}

/** When the next packet has to leave; null: nothing is to be sent. */
export function dueAtMs(sender: TextSender, formats: TextFormats): number | null {
  const { lastSentAtMs, waiting } = sender;
  const next = lastSentAtMs === null ? 0 : lastSentAtMs + GATHERED_FOR_MS;
  if (formats.red !== null && isUnrepeated(sender)) return next;
  return waiting === "" ? null : Math.max(next, mayWriteAtMs(sender, formats));
}

/** The packet that is due at this moment, by a clock that only rises. */
export function emit(
  sender: TextSender,
  formats: TextFormats,
  nowMs: number,
): { sender: TextSender; packet: TextPacket | null } {
  const due = dueAtMs(sender, formats);
  if (due === null || due > nowMs) return { sender, packet: null };
  const spent = spentAt(sender, nowMs);
  const characters = Array.from(firstPart(sender.waiting)).slice(0, Math.min(MAX_CHARACTERS, mayWrite(spent, formats)));
  const text = characters.join("");
  const bytes = Buffer.from(text, "utf8");
  const generations = formats.red?.generations ?? 0;
  return {
    sender: {
      waiting: sender.waiting.slice(text.length),
      earlier: generations === 0 ? [] : [...sender.earlier, { bytes, atMs: nowMs }].slice(-generations),
      lastSentAtMs: nowMs,
      spent: characters.length === 0 ? spent : [...spent, { atMs: nowMs, characters: characters.length }],
      sequenceNumber: (sender.sequenceNumber + 1) & 0xffff,
    },
    packet: {
      payloadType: formats.red?.payloadType ?? formats.t140,
      marker: !isUnrepeated(sender) && isLongAgo(sender, nowMs),
      sequenceNumber: sender.sequenceNumber,
      timestamp: nowMs,
      payload: payloadOf(sender, { bytes, nowMs }, formats),
    },
  };
}

function payloadOf(
  sender: TextSender,
  { bytes, nowMs }: { bytes: Buffer; nowMs: number },
  { t140, red }: TextFormats,
): Buffer {
  if (red === null) return bytes;
  const missing = Math.max(0, red.generations - sender.earlier.length);
  const none = Array.from({ length: missing }, () => ({ bytes: Buffer.alloc(0), atMs: nowMs }));
  const earlier = [...none, ...sender.earlier].slice(-red.generations).map((sent) => {
    const ageMs = Math.round(nowMs - sent.atMs);
    // Too old to be dated: an empty one keeps its place.
    return ageMs > MAX_AGE_MS
      ? { payloadType: t140, ageMs: 0, bytes: Buffer.alloc(0) }
      : { payloadType: t140, ageMs, bytes: sent.bytes };
  });
  return writeRedPayload({ earlier, payloadType: t140, bytes });
}

/** Whether a character was sent that a later packet has to repeat. */
function isUnrepeated({ earlier }: TextSender): boolean {
  return earlier.some(({ bytes }) => bytes.length > 0);
}

/** Without redundancy nothing tells a rest from a pause but time. */
function isLongAgo({ lastSentAtMs }: TextSender, nowMs: number): boolean {
  return lastSentAtMs === null || nowMs - lastSentAtMs > 2 * GATHERED_FOR_MS;
}

/** Enough for one packet, and never the half of a character. */
function firstPart(waiting: string): string {
  return waiting.slice(0, 2 * MAX_CHARACTERS);
}

function spentAt({ spent }: TextSender, nowMs: number): TextSender["spent"] {
  return spent.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
}

function mayWrite(spent: TextSender["spent"], { charactersPerSecond }: TextFormats): number {
  const total = spent.reduce((sum, { characters }) => sum + characters, 0);
  return Math.max(0, (charactersPerSecond * WINDOW_MS) / 1000 - total);
}

/** The earliest time at which the far end reads one character more. */
function mayWriteAtMs({ spent }: TextSender, formats: TextFormats): number {
  const most = (formats.charactersPerSecond * WINDOW_MS) / 1000;
  let total = 0;
  for (const { atMs, characters } of spent.toReversed()) {
    total += characters;
    if (total >= most) return atMs + WINDOW_MS;
  }
  return 0;
}
