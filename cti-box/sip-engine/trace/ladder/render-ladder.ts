/** Draws a story as a ladder for a terminal: a column for each party, an arrow for each message, time going down. Pure. */
import type { Party, Step, Story } from "./ladder-steps.ts";
import { plainText, type Style } from "./styles.ts";

export type Drawing = {
  /** Columns of the terminal; below 60 it is drawn as for 60. */
  width: number;
  /** The messages themselves stand below their arrows. */
  isVerbose: boolean;
  style: Style;
};

const narrowest = 60;
const gutter = 9;
/** A silence as long as this leaves a line free. */
const silenceUs = 1_000_000;

type Grid = { width: number; at: readonly number[] };

/** Lines of text, without line ends. */
export function renderLadder(story: Story, drawing: Drawing): string[] {
  const grid = gridOf(story.parties, Math.max(narrowest, drawing.width));
  const lines = [...headLines(story.parties, grid, drawing.style)];
  const start = story.steps[0]?.atUs ?? 0;
  let before = start;
  for (const step of story.steps) {
    if (step.atUs - before >= silenceUs) lines.push(emptyRow(grid));
    before = step.atUs;
    lines.push(...stepLines(step, { grid, start, drawing }));
  }
  if (story.leftOut > 0) lines.push(`${" ".repeat(gutter)}${story.leftOut} earlier messages are not kept any more`);
  return lines.map((line) => line.trimEnd());
}

/** Where the life lines stand: evenly, as far apart as the width allows, with room for half a name outside. */
function gridOf(parties: readonly Party[], width: number): Grid {
  const outer = Math.min(12, Math.max(4, Math.floor((width - gutter) / (parties.length * 3))));
  const first = gutter + outer;
  const last = width - outer - 1;
  const apart = parties.length < 2 ? 0 : (last - first) / (parties.length - 1);
  return { width, at: parties.map((_party, index) => Math.round(first + index * apart)) };
}

/** Names and places of the parties, each in the space around its life line, on two rows where it does not fit into one. */
function headLines(parties: readonly Party[], grid: Grid, style: Style): string[] {
  const rows = (textOf: (party: Party) => string, paint: (text: string) => string): string[] => {
    const broken = parties.map((party, index) => twoRows(plainText(textOf(party)), roomAround(grid, index)));
    return [0, 1]
      .map((row) => broken.map((texts) => texts[row] ?? ""))
      .filter((texts) => texts.some((text) => text !== ""))
      .map((texts) => placed(texts, grid, paint));
  };
  return [...rows(({ name }) => name, style.bold), ...rows(({ place }) => place, style.dim), emptyRow(grid)];
}

type Room = { from: number; to: number };

/** From half way to the life line before to half way to the one after; at the sides all there is. */
function roomAround({ at, width }: Grid, index: number): Room {
  const here = at[index] ?? 0;
  const [before, after] = [at[index - 1], at[index + 1]];
  return {
    from: before === undefined ? 0 : Math.floor((before + here) / 2) + 1,
    to: after === undefined ? width : Math.floor((here + after) / 2),
  };
}

function twoRows(text: string, { from, to }: Room): string[] {
  const room = to - from;
  if (text.length <= room) return [text];
  const space = text.lastIndexOf(" ", room);
  return space < 1 ? [cut(text, room)] : [text.slice(0, space), cut(text.slice(space + 1), room)];
}

/** Texts centred on their life lines, or as near as their room allows. */
function placed(texts: readonly string[], grid: Grid, paint: (text: string) => string): string {
  let line = "";
  let length = 0;
  for (const [index, text] of texts.entries()) {
    if (text === "") continue;
    const { from, to } = roomAround(grid, index);
    const centred = (grid.at[index] ?? 0) - Math.floor(text.length / 2);
    const start = Math.max(from, Math.min(centred, to - text.length));
    line += " ".repeat(start - length) + paint(text);
    length = start + text.length;
  }
  return line;
}

function emptyRow({ at, width }: Grid): string {
  const cells = new Map(at.map((position) => [position, "│"]));
  return Array.from({ length: width }, (_each, index) => cells.get(index) ?? " ").join("");
}

type Place = { grid: Grid; start: number; drawing: Drawing };

function stepLines(step: Step, { grid, start, drawing }: Place): string[] {
  const { style } = drawing;
  const [left, right] = [Math.min(step.from, step.to), Math.max(step.from, step.to)].map(
    (index) => grid.at[index] ?? 0,
  ) as [number, number];
  const room = right - left - 6;
  const times = step.times > 1 ? ` ×${step.times}` : "";
  const label = plainText(step.label) + times;
  const hint = plainText(step.hint);
  const isTogether = hint !== "" && `${label} · ${hint}`.length <= room;
  const shown = { label: cut(label, room), hint: isTogether ? ` · ${hint}` : "" };
  const arrow = arrowOf(shown, { length: right - left - 1, isRightward: step.to > step.from, kind: step.kind, style });
  const clock = ((step.atUs - start) / 1e6).toFixed(3).padStart(gutter - 2);
  const row = emptyRow(grid);
  const lines = [style.dim(clock) + row.slice(clock.length, left + 1) + arrow + row.slice(right)];
  if (hint !== "" && !isTogether) lines.push(hintRow(hint, { row, left, right, style }));
  if (drawing.isVerbose) lines.push(...textLines(step.text, style));
  return lines;
}

type Arrow = { length: number; isRightward: boolean; kind: Step["kind"]; style: Style };

function arrowOf(
  { label, hint }: { label: string; hint: string },
  { length, isRightward, kind, style }: Arrow,
): string {
  const dashes = Math.max(0, length - label.length - hint.length - 5);
  const text = ` ${style.of(kind)(label)}${hint === "" ? "" : style.dim(hint)} `;
  return isRightward ? `──${text}${"─".repeat(dashes)}▶` : `◀─${text}${"─".repeat(dashes)}─`;
}

/** What did not fit on the arrow, below it. */
function hintRow(
  hint: string,
  { row, left, right, style }: { row: string; left: number; right: number; style: Style },
): string {
  const text = cut(hint, right - left - 5);
  return `${row.slice(0, left + 4)}${style.dim(text)}${row.slice(left + 4 + text.length)}`;
}

function textLines(text: string, style: Style): string[] {
  const lines = text.replace(/(\r?\n)+$/, "").split(/\r?\n/);
  return [...lines.map((line) => style.dim(`${" ".repeat(gutter)}┆ ${plainText(line)}`)), ""];
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
}
