import { expect, test } from "vitest";
import { applyWallboardEvent, longestWaitMs, nextSpoken, quietMs, type WallboardState } from "./wallboard.ts";

const numbers = { atMs: 100_000, officeLabel: "URP", operators: null, queues: [] };
const shown = { kind: "shown", numbers, heardAtMs: 5_000, line: "up" } as const;

test("numbers stay when the line is lost, and go on when it is back", () => {
  const states: WallboardState[] = [{ kind: "connecting" }];
  for (const event of [
    { type: "line-lost" },
    { type: "numbers", numbers, atMs: 5_000 },
    { type: "line-lost" },
    { type: "numbers", numbers, atMs: 9_000 },
    { type: "refused" },
  ] as const)
    states.push(applyWallboardEvent(states.at(-1) as WallboardState, event));
  expect(states.slice(1)).toEqual([
    { kind: "connecting" },
    shown,
    { ...shown, line: "lost" },
    { ...shown, heardAtMs: 9_000 },
    { kind: "refused" },
  ]);
});

test("a wait is measured from the box's clock and grows with the screen's, but not while the line is lost", () => {
  const queue = { waitingSinceMs: 70_000 };
  expect(longestWaitMs(queue, shown, 5_000)).toBe(30_000);
  expect(longestWaitMs(queue, shown, 12_000)).toBe(37_000);
  expect(longestWaitMs(queue, { ...shown, line: "lost" }, 12_000)).toBe(30_000);
  expect(longestWaitMs({ waitingSinceMs: null }, shown, 12_000)).toBeNull();
});

test("what is spoken changes at most once a minute, and never without a change", () => {
  const first = nextSpoken(null, "one", 0);
  expect(nextSpoken(first, "two", quietMs - 1)).toBe(first);
  expect(nextSpoken(first, "one", 10 * quietMs)).toBe(first);
  expect(nextSpoken(first, "three", quietMs)).toEqual({ text: "three", atMs: quietMs });
});
