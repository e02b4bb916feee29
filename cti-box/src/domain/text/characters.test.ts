import { expect, test } from "vitest";
import { readableText, waitingText } from "./characters.ts";
import { fullAllowance, mostAtOnce, spendAllowance } from "./text-allowance.ts";

test.each([
  ["ends of lines are one character", "a\r\nb\nc\rd\u2029e", "a\u2028b\u2028c\u2028d\u2028e"],
  ["controls, the bell and keep-alives are left out", "\u0007a\u0000\uFEFFb\u001B", "ab"],
  ["looks are left out", "\u009B31mrosso\u009B0m \u0098x\u009Cfine", "rosso fine"],
  ["characters taken back, lost marks and other scripts stay", "ab\b\uFFFD 你好 👋🏽 è", "ab\b\uFFFD 你好 👋🏽 è"],
  ["half a character is a lost one", "a\uD83D", "a\uFFFD"],
  ["nobody turns the direction of the screen", "\u202Eabc\u2066", "abc"],
])("%s", (_name, text, readable) => {
  expect(readableText(text)).toBe(readable);
});

test("what waits has its corrections done; the mark of what was left out stays", () => {
  expect(waitingText("ab", "\b\b\bc", 10)).toBe("c");
  expect(waitingText("", "👋👋👋", 2)).toBe("\uFFFD👋");
  expect(waitingText("\uFFFD", "\b\ba", 10)).toBe("\uFFFDa");
});

test("a paragraph at once, then as fast as people type", () => {
  const full = fullAllowance(0);
  expect(spendAllowance(full, mostAtOnce + 1, 0)).toBeNull();
  const spent = spendAllowance(full, mostAtOnce, 0);
  if (spent === null) throw new Error("not allowed");
  expect(spendAllowance(spent, 1, 0)).toBeNull();
  expect(spendAllowance(spent, 60, 1_000)).toEqual({ left: 0, atMs: 1_000 });
  expect(spendAllowance(spent, mostAtOnce, 3_600_000)?.left).toBe(0);
});
