/**
 * Text from a far end (RFC 4103 §5.3), pure: packets are put in order, what was lost is taken from the redundancy of later ones, and where that does not reach, a
 * mark is left (U+FFFD). Whatever arrives, the state stays small.
 *
 *   in order ─a gap that redundancy does not fill─▶ waiting ─the missing packet, or half a second─▶ in order
 */
import { LOST_TEXT, NOTHING_READ, readCharacters } from "./t140-characters.ts";
import type { CharacterReader } from "./t140-characters.ts";

/** `blocks`: what earlier packets carried, oldest first, then what is new. */
export type TextArrival = { ssrc: number; sequenceNumber: number; blocks: readonly Buffer[] };
export type TextReceiver = {
  /** `begun`: redundancy of the first packet counts as lost text. `resumed`: it has been read before. */
  start: "begun" | "resumed";
  stream: { ssrc: number; expected: number } | null;
  /** Arrived before what is missing, by their distance from the expected one. */
  early: readonly TextArrival[];
  waitingSinceMs: number | null;
  reader: CharacterReader;
  /** The number that has to come next for a far end that counts anew to be believed. */
  restart: number | null;
  /** Characters since `sinceMs`, against floods. */
  flow: { sinceMs: number; characters: number };
};
export type TextStep = { receiver: TextReceiver; text: string };

const WAIT_MS = 500;
const MAX_EARLY = 16;
/** Further away than this a number is no matter of order any more. */
const MAX_DISTANCE = 200;
/** A whole page at once is read; far more than people write is not. */
const FLOW_WINDOW_MS = 10_000;
const MAX_FLOW = 4000;

export function newReceiver(start: TextReceiver["start"]): TextReceiver {
  return {
    start,
    stream: null,
    early: [],
    waitingSinceMs: null,
    reader: NOTHING_READ,
    restart: null,
    flow: { sinceMs: 0, characters: 0 },
  };
}

/** When `giveUpWaiting` has something to do; null: nothing is waited for. */
export function waitsUntilMs({ waitingSinceMs }: TextReceiver): number | null {
  return waitingSinceMs === null ? null : waitingSinceMs + WAIT_MS;
}

export function receive(receiver: TextReceiver, arrival: TextArrival, nowMs: number): TextStep {
  return bounded(receiver, arrived(receiver, arrival, nowMs), nowMs);
}

/** What was waited for has not come. */
export function giveUpWaiting(receiver: TextReceiver, nowMs: number): TextStep {
  const until = waitsUntilMs(receiver);
  if (until === null || until > nowMs) return { receiver, text: "" };
  return bounded(receiver, flush({ receiver, text: "" }), nowMs);
}

function arrived(receiver: TextReceiver, arrival: TextArrival, nowMs: number): TextStep {
  const { stream } = receiver;
  if (stream === null) return begin({ receiver, text: "" }, arrival, receiver.start === "begun");
  if (stream.ssrc !== arrival.ssrc) return begin(flush({ receiver, text: "" }), arrival, true);
  const distance = distanceOf(arrival.sequenceNumber, stream.expected);
  if (Math.abs(distance) > MAX_DISTANCE) return strange(receiver, arrival);
  if (distance < 0) return { receiver, text: "" };
  const known = { ...receiver, restart: null };
  if (distance < arrival.blocks.length) return catchUp(deliver({ receiver: known, text: "" }, arrival), nowMs);
  if (known.early.some(({ sequenceNumber }) => sequenceNumber === arrival.sequenceNumber))
    return { receiver: known, text: "" };
  const early = [...known.early, arrival].sort(
    (a, b) => distanceOf(a.sequenceNumber, stream.expected) - distanceOf(b.sequenceNumber, stream.expected),
  );
  const waiting: TextReceiver = { ...known, early, waitingSinceMs: known.waitingSinceMs ?? nowMs };
  return early.length > MAX_EARLY ? flush({ receiver: waiting, text: "" }) : { receiver: waiting, text: "" };
}

/** The first packet of a stream. */
function begin({ receiver, text }: TextStep, arrival: TextArrival, withRedundancy: boolean): TextStep {
  const { ssrc, sequenceNumber, blocks } = arrival;
  const first = sequenceNumber - (withRedundancy ? blocks.length - 1 : 0);
  const stream = { ssrc, expected: first & 0xffff };
  return deliver({ receiver: { ...receiver, stream, restart: null }, text }, arrival);
}

/** A number from far away: a far end that began anew without saying so goes on from it, anything else stands alone. */
function strange(receiver: TextReceiver, arrival: TextArrival): TextStep {
  if (receiver.restart !== arrival.sequenceNumber)
    return { receiver: { ...receiver, restart: (arrival.sequenceNumber + 1) & 0xffff }, text: "" };
  return begin(lose(flush({ receiver, text: "" })), arrival, true);
}

/** Takes what is new of a packet whose gap its own redundancy fills. */
function deliver({ receiver, text }: TextStep, { ssrc, sequenceNumber, blocks }: TextArrival): TextStep {
  const missing = receiver.stream === null ? 0 : distanceOf(sequenceNumber, receiver.stream.expected);
  const read = readCharacters(receiver.reader, Buffer.concat(blocks.slice(-1 - missing)));
  const stream = { ssrc, expected: (sequenceNumber + 1) & 0xffff };
  return { receiver: { ...receiver, reader: read.reader, stream }, text: text + read.text };
}

/** Takes what had come too early and fits now. */
function catchUp(step: TextStep, nowMs: number): TextStep {
  const { early, stream } = step.receiver;
  const next = early[0];
  if (next === undefined || stream === null) return { ...step, receiver: { ...step.receiver, waitingSinceMs: null } };
  const distance = distanceOf(next.sequenceNumber, stream.expected);
  if (distance >= next.blocks.length) return { ...step, receiver: { ...step.receiver, waitingSinceMs: nowMs } };
  const rest = { ...step.receiver, early: early.slice(1) };
  return catchUp(distance < 0 ? { ...step, receiver: rest } : deliver({ ...step, receiver: rest }, next), nowMs);
}

/** Takes everything that had come too early, with a mark in each gap. */
function flush(step: TextStep): TextStep {
  let result: TextStep = { text: step.text, receiver: { ...step.receiver, early: [], waitingSinceMs: null } };
  for (const arrival of step.receiver.early) {
    const { stream } = result.receiver;
    const distance = stream === null ? 0 : distanceOf(arrival.sequenceNumber, stream.expected);
    if (distance < 0) continue;
    if (distance < arrival.blocks.length) result = deliver(result, arrival);
    else result = begin(lose(result), arrival, true);
  }
  return result;
}

/** The beginning of a character that was read has no end any more. */
function lose({ receiver, text }: TextStep): TextStep {
  return { receiver: { ...receiver, reader: NOTHING_READ }, text: text + LOST_TEXT };
}

/** A flood is cut off, with one mark where it began. */
function bounded(before: TextReceiver, step: TextStep, nowMs: number): TextStep {
  if (step.text === "") return step;
  const isOver = nowMs - before.flow.sinceMs >= FLOW_WINDOW_MS;
  const flow = isOver ? { sinceMs: nowMs, characters: 0 } : before.flow;
  const room = MAX_FLOW - flow.characters;
  const characters = flow.characters + step.text.length;
  const receiver = { ...step.receiver, flow: { ...flow, characters } };
  if (step.text.length <= room) return { receiver, text: step.text };
  return { receiver, text: room < 0 ? "" : `${step.text.slice(0, room).toWellFormed()}${LOST_TEXT}` };
}

/** −32768 … 32767 */
function distanceOf(sequenceNumber: number, expected: number): number {
  return (((sequenceNumber - expected) & 0xffff) ^ 0x8000) - 0x8000;
}
