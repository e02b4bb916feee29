/** What a stolen password cannot do. */
import { expect, it } from "vitest";
import { burstPauseMs, noCallsYet, refusalOf, stopped, withCall, withSpend } from "./toll-limits.ts";
import type { NumberKind } from "../routing/dialled-number.ts";

const limits = { perMinute: 3, perDay: 5, costlyPerDay: 1, spendPerDay: null };
/** 26 November 2026, 22:59 in Rome: the day ends 61 minutes later. */
const startMs = Date.UTC(2026, 10, 26, 21, 59);

function after(calls: readonly (readonly [minutes: number, kind: NumberKind])[]) {
  return calls.reduce(
    (tally, [minutes, kind]) => withCall(tally, { kind, nowMs: startMs + minutes * 60_000 }),
    noCallsYet,
  );
}
const asked = (calls: Parameters<typeof after>[0], minutes: number, kind: NumberKind = "mobile") =>
  refusalOf(after(calls), limits, { kind, nowMs: startMs + minutes * 60_000, runningMillionths: 0 });

it.each<[string, Parameters<typeof after>[0], number, NumberKind, string | null]>([
  ["the first call", [], 0, "mobile", null],
  [
    "the fourth of a minute",
    [
      [0, "mobile"],
      [0, "mobile"],
      [0, "mobile"],
    ],
    0.5,
    "mobile",
    "burst",
  ],
  [
    "the fourth a minute later",
    [
      [0, "mobile"],
      [0, "mobile"],
      [0, "mobile"],
    ],
    1,
    "mobile",
    null,
  ],
  ["the second call abroad of a day", [[0, "international"]], 5, "international", "costly-day"],
  ["a mobile after a call abroad", [[0, "international"]], 5, "mobile", null],
  ["a call abroad on the next day", [[0, "international"]], 62, "international", null],
  [
    "the sixth of a day",
    [
      [0, "mobile"],
      [2, "mobile"],
      [4, "mobile"],
      [6, "mobile"],
      [8, "mobile"],
    ],
    10,
    "mobile",
    "day",
  ],
  [
    "an emergency after all that",
    [
      [0, "mobile"],
      [0, "mobile"],
      [0, "mobile"],
    ],
    0,
    "emergency",
    null,
  ],
])("%s", (...row) => {
  const [, calls, minutes, kind, expected] = row;
  expect(asked(calls, minutes, kind)).toBe(expected);
});

it("a trunk that was stopped rests ten minutes, and more tries do not make it longer", () => {
  const tally = stopped(stopped(noCallsYet, startMs), startMs + 1000);
  const at = (ms: number) => refusalOf(tally, limits, { kind: "mobile", nowMs: startMs + ms, runningMillionths: 0 });
  expect([at(burstPauseMs - 1), at(burstPauseMs)]).toEqual(["burst", null]);
});

it("the day's money is used up by calls that have ended and those that are up; the next day begins anew", () => {
  const spend = { perMinute: null, perDay: null, costlyPerDay: null, spendPerDay: 5 };
  const tally = withSpend(withSpend(noCallsYet, { millionths: 3_000_000, nowMs: startMs }), {
    millionths: 1_500_000,
    nowMs: startMs + 1000,
  });
  const asked = (runningMillionths: number, afterMs: number, kind: NumberKind = "mobile") =>
    refusalOf(tally, spend, { kind, nowMs: startMs + afterMs, runningMillionths });
  expect(asked(499_999, 2000)).toBeNull();
  expect(asked(500_000, 2000)).toBe("spend-day");
  expect(asked(500_000, 2000, "emergency")).toBeNull();
  expect(asked(500_000, 62 * 60_000)).toBeNull();
});
