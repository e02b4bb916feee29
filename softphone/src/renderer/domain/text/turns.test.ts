/** Characters of T.140 become turns of two voices, whatever is typed, pasted and taken back. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { charactersBetween, ownLine, withCharacters } from "./turns.ts";
import type { TextTurn, TextVoice } from "./turns.ts";

const own: TextVoice = { kind: "own" };
const other: TextVoice = { kind: "other", voiceId: "c", who: "citizen", name: null };
const play = (steps: readonly [TextVoice, string][]): readonly TextTurn[] =>
  steps.reduce<readonly TextTurn[]>((turns, [voice, characters]) => withCharacters(turns, voice, characters), []);
const shown = (turns: readonly TextTurn[]): string[] =>
  turns.map(({ voice, text, state }) => `${voice.kind} ${text}${state === "open" ? "…" : ""}`);

test("both write at once, each in a turn of its own, until a new line", () => {
  expect(
    shown(
      play([
        [other, "Buon"],
        [own, "Salve"],
        [other, "giorno\u2028"],
        [own, ", dica\u2028"],
      ]),
    ),
  ).toEqual(["other Buongiorno", "own Salve, dica"]);
});

test("who goes on after the other has finished a turn goes on below it", () => {
  expect(
    shown(
      play([
        [other, "Vorrei"],
        [own, "Sì?\u2028"],
        [other, " sapere"],
      ]),
    ),
  ).toEqual(["other Vorrei", "own Sì?", "other  sapere…"]);
});

test("backspace takes letters back, then the end of the line before, and never another voice's words", () => {
  expect(shown(play([[other, "ab\b"]]))).toEqual(["other a…"]);
  expect(shown(play([[other, "ab\u2028\b\b"]]))).toEqual(["other a…"]);
  expect(
    shown(
      play([
        [other, "a"],
        [own, "x\u2028"],
        [other, "\b\b\b"],
      ]),
    ),
  ).toEqual(["own x"]);
  expect(shown(play([[own, "👋🏽\b"]]))).toEqual(["own 👋…"]);
});

test("empty lines say nothing", () => {
  expect(
    play([
      [other, "\u2028\u2028"],
      [own, "\b\u2028"],
    ]),
  ).toEqual([]);
});

test("an hour of writing stays bounded", () => {
  const turns = play([
    [other, "a\u2028".repeat(1_500)],
    [own, "b".repeat(5_000)],
  ]);
  expect(turns.length).toBeLessThanOrEqual(1_000);
  expect(Math.max(...turns.map(({ text }) => text.length))).toBeLessThanOrEqual(2_000);
});

test("whatever is done to the line, the characters sent make the same line at the other end", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "b", "è", "👋", " "), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      let turns: readonly TextTurn[] = [];
      let far: readonly TextTurn[] = [];
      for (const next of lines) {
        const characters = charactersBetween(ownLine(turns), next);
        turns = withCharacters(turns, own, characters);
        far = withCharacters(far, other, characters);
        expect(ownLine(turns)).toBe(next);
        expect(far.map(({ text }) => text).join("")).toBe(next);
      }
    }),
  );
});

test("a pasted paragraph becomes lines", () => {
  expect(charactersBetween("ab", "ac\r\nd\n")).toBe("\bc\u2028d\u2028");
});
