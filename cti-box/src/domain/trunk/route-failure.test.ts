import { describe, expect, test } from "vitest";
import { dialFailureOf, isRouteFailure } from "./route-failure.ts";

describe("a final answer after the telephone has rung", () => {
  test.each([
    // A person, or the telephone, says so.
    [486, null, "callee-busy"],
    [480, null, "callee-no-answer"],
    [603, null, "callee-refused"],
    [403, null, "callee-refused"],
    [606, null, "callee-refused"],
    [603, 21, "callee-refused"],
    [503, 21, "callee-refused"],
    [503, 19, "callee-no-answer"],
    // A server fails on the way, or the network does.
    [500, null, "callee-not-reachable"],
    [502, null, "callee-not-reachable"],
    [503, null, "callee-not-reachable"],
    [504, 102, "callee-not-reachable"],
    [400, 41, "callee-not-reachable"],
    [503, 38, "callee-not-reachable"],
  ] as const)("%i (Q.850 %j) is %s, and no other carrier is tried", (status, q850, failure) => {
    const answer = { status, q850, hasRung: true };
    expect(dialFailureOf(answer)).toBe(failure);
    expect(isRouteFailure(answer)).toBe(false);
  });
});

describe("a final answer before any ringing", () => {
  test.each([
    [503, null, "no-trunk", true],
    [500, null, "no-trunk", true],
    [403, null, "no-trunk", true],
    [503, 17, "callee-busy", false],
    [603, null, "callee-refused", false],
    [404, null, "callee-unknown", false],
  ] as const)("%i (Q.850 %j) is %s; another carrier is worth a try: %j", (...row) => {
    const [status, q850, failure, isWorthATry] = row;
    const answer = { status, q850, hasRung: false };
    expect(dialFailureOf(answer)).toBe(failure);
    expect(isRouteFailure(answer)).toBe(isWorthATry);
  });
});
