/**
 * Text of several parties for a reader whose telephone knows of one only, the plain way of RFC 9071 §4.2: one writes at a time, and a change begins a new line
 * with the name in brackets. Whoever writes meanwhile waits for the end of a line or a sentence, or for a pause.
 *   nobody ─writes─▶ speaker ─another writes─▶ speaker + pending ─line ends, pause, longest wait─▶ the other is the speaker
 */
import { backspace, newLine } from "./characters.ts";
import type { LegId } from "../call/ids.ts";

export type Written = { from: LegId; text: string };

export type MixedTurns = {
  speaker: LegId | null;
  /** Characters of the speaker's turn that may still be taken back. */
  erasable: number;
  /** Where the reader's own last line stands. */
  at: "line-start" | "sentence-end" | "inside";
  lastAtMs: number;
  pending: readonly (Written & { sinceMs: number })[];
};

export const nobodyYet: MixedTurns = { speaker: null, erasable: 0, at: "line-start", lastAtMs: 0, pending: [] };

/** A writer who stops for so long lets others write. */
const pauseMs = 2_000;
/** Nobody waits longer. */
const longestMs = 7_000;

/** `label`: what a turn begins with; empty where the reader has one counterpart only. */
export type Label = (from: LegId) => string;
export type MixedStep = { turns: MixedTurns; out: string };

/** Somebody writes. */
export function mixText(
  turns: MixedTurns,
  written: Written,
  { label, atMs }: { label: Label; atMs: number },
): MixedStep {
  const isFree = turns.speaker === null || turns.speaker === written.from;
  if (isFree && turns.pending.length === 0) return say(turns, written, { label, atMs });
  const pending = [...turns.pending, { ...written, sinceMs: atMs }];
  return mixDue({ ...turns, pending }, { label, atMs });
}

/** What may be said by now of what waits. */
export function mixDue(before: MixedTurns, { label, atMs }: { label: Label; atMs: number }): MixedStep {
  let turns = before;
  let out = "";
  for (;;) {
    const next = nextOf(turns, atMs);
    if (next === undefined) return { turns, out };
    const pending = turns.pending.filter((one) => one !== next);
    const step = say({ ...turns, pending }, next, { label, atMs });
    turns = step.turns;
    out += step.out;
  }
}

function nextOf(turns: MixedTurns, atMs: number): Written | undefined {
  const { speaker, at, pending } = turns;
  const other = pending.find(({ from }) => from !== speaker);
  const isOthersTurn = speaker === null || at !== "inside" || nextDueAt({ ...turns, pending }) <= atMs;
  return other !== undefined && isOthersTurn ? other : pending.find(({ from }) => from === speaker);
}

/** When what waits may be said at the latest; Infinity: nothing waits. */
export function nextDueAt({ pending, lastAtMs }: Pick<MixedTurns, "pending" | "lastAtMs">): number {
  const [oldest] = pending;
  return oldest === undefined ? Infinity : Math.min(lastAtMs + pauseMs, oldest.sinceMs + longestMs);
}

function say(turns: MixedTurns, { from, text }: Written, { label, atMs }: { label: Label; atMs: number }): MixedStep {
  const isNew = turns.speaker !== from;
  const head = isNew ? (turns.at === "line-start" ? "" : newLine) + label(from) : "";
  let erasable = isNew ? 0 : turns.erasable;
  let body = "";
  for (const one of text) {
    // Nobody erases the name of a turn, or what somebody else wrote.
    if (one === backspace && erasable === 0) continue;
    erasable += one === backspace ? -1 : 1;
    body += one;
  }
  if (isNew && body === "") return { turns, out: "" };
  const end = body.at(-1);
  const at = end === newLine ? "line-start" : /[.!?…]\s*$/u.test(body) ? "sentence-end" : "inside";
  const last = body === "" ? turns.at : at;
  return { turns: { ...turns, speaker: from, erasable, at: last, lastAtMs: atMs }, out: head + body };
}
