/** One reader, several writers: nobody's words are torn apart, lost or put into another one's mouth. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { mixDue, mixText, nextDueAt, nobodyYet } from "./mixed-turns.ts";
import type { LegId } from "../call/ids.ts";
import type { MixedTurns, Written } from "./mixed-turns.ts";

const label = (from: LegId): string => `[${from}] `;
const by = (from: string, text: string): Written => ({ from: from as LegId, text });

function mixed(steps: readonly [number, Written][], endMs = 60_000): string {
  let turns: MixedTurns = nobodyYet;
  let out = "";
  for (const [atMs, written] of steps) {
    const step = mixText(turns, written, { label, atMs });
    turns = step.turns;
    out += step.out;
  }
  for (let due = nextDueAt(turns); due <= endMs; due = nextDueAt(turns)) {
    const step = mixDue(turns, { label, atMs: due });
    turns = step.turns;
    out += step.out;
  }
  return out;
}

test("the one who writes goes on while another waits for the end of the line", () => {
  expect(
    mixed([
      [0, by("A", "buon")],
      [100, by("B", "salve")],
      [200, by("A", "giorno\u2028")],
    ]),
  ).toBe("[A] buongiorno\u2028[B] salve");
});

test("the end of a sentence or a pause is enough; a new line separates", () => {
  expect(
    mixed([
      [0, by("A", "Sì.")],
      [10, by("B", "no")],
    ]),
  ).toBe("[A] Sì.\u2028[B] no");
  expect(
    mixed([
      [0, by("A", "aspetti")],
      [10, by("B", "no")],
      [2_100, by("A", " un po'")],
    ]),
  ).toBe("[A] aspetti\u2028[B] no\u2028[A]  un po'");
});

test("who writes without a pause is interrupted after seven seconds", () => {
  const steady = Array.from({ length: 10 }, (_, index): [number, Written] => [index * 1_000, by("A", "a")]);
  expect(mixed([[0, by("A", "a")], [10, by("B", "b")], ...steady])).toMatch(/^\[A\] a{8,9}\u2028\[B\] b/);
});

test("nobody takes back what another has written, nor the name of the turn", () => {
  expect(
    mixed([
      [0, by("A", "ab\b\b\b\bc\u2028")],
      [10, by("B", "\bd\b\b")],
    ]),
  ).toBe("[A] ab\b\bc\u2028[B] d\b");
});

test("every word arrives once, in its writer's order", () => {
  const writing = fc.array(
    fc.tuple(fc.nat(900), fc.constantFrom("A", "B", "C"), fc.constantFrom("x", "y. ", "z\u2028")),
  );
  fc.assert(
    fc.property(writing, (steps) => {
      let atMs = 0;
      const out = mixed(
        steps.map(([pause, from, text]) => [(atMs += pause), by(from, text)]),
        10_000_000,
      );
      for (const writer of ["A", "B", "C"]) {
        const turns = out
          .split("\u2028")
          .join("")
          .split(/(?=\[[ABC]\] )/);
        const said = turns
          .filter((turn) => turn.startsWith(`[${writer}] `))
          .map((turn) => turn.slice(4))
          .join("");
        const wrote = steps.flatMap(([, from, text]) => (from === writer ? [text.replaceAll("\u2028", "")] : []));
        expect(said).toBe(wrote.join(""));
      }
    }),
  );
});
