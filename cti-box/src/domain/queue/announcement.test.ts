import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectedWait, promptsOfPlace, usualCall } from "./announcement.ts";

const minutes = (count: number): number => count * 60_000;

describe("what a waiting caller is told", () => {
  it.each([
    [{ place: 1, expectedMs: null }, ["your-place", "place-1"]],
    [{ place: 10, expectedMs: minutes(1) }, ["your-place", "place-10", "wait-short"]],
    [{ place: 11, expectedMs: minutes(2) }, ["place-beyond", "wait-5"]],
    [{ place: 2, expectedMs: minutes(5) }, ["your-place", "place-2", "wait-5"]],
    [{ place: 3, expectedMs: minutes(5) + 1 }, ["your-place", "place-3", "wait-10"]],
    [{ place: 4, expectedMs: minutes(15) }, ["your-place", "place-4", "wait-15"]],
    [{ place: 5, expectedMs: minutes(16) }, ["your-place", "place-5", "wait-long"]],
  ])("%j", (place, expected) => {
    expect(promptsOfPlace(place)).toEqual(expected);
  });
});

describe("the expected wait", () => {
  it("is not known before the first call and with nobody at work", () => {
    expect(expectedWait(1, { usualCallMs: null, operators: 2 })).toBeNull();
    expect(expectedWait(1, { usualCallMs: minutes(3), operators: 0 })).toBeNull();
  });

  it("grows with the place and falls with the operators", () => {
    const count = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(count, count, fc.integer({ min: 1, max: minutes(30) }), (place, operators, usualCallMs) => {
        const wait = expectedWait(place, { usualCallMs, operators }) ?? 0;
        expect(expectedWait(place + 1, { usualCallMs, operators })).toBeGreaterThanOrEqual(wait);
        expect(expectedWait(place, { usualCallMs, operators: operators + 1 })).toBeLessThanOrEqual(wait);
      }),
    );
  });

  it("follows the calls as they become longer, without one long call deciding it", () => {
    expect(usualCall(null, minutes(2))).toBe(minutes(2));
    expect(usualCall(minutes(2), minutes(12))).toBe(minutes(4));
  });
});
