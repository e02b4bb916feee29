import { describe, expect, it, test } from "vitest";
import { operatorCounts } from "./office-now.ts";
import { averageWaitMs, dayOf, emptyDay, outcomeOf, withOutcome } from "./queue-day.ts";
import type { OperatorPresence } from "../operator/operator.ts";

describe("the outcome of a call to a queue", () => {
  const call = { direction: "in", queueId: "urp", startedAtMs: 1_000, answeredAtMs: null, endCause: null } as const;
  it.each([
    ["still waits", call, null],
    ["gave up", { ...call, endCause: "caller-gave-up" }, { kind: "abandoned" }],
    ["found nobody", { ...call, endCause: "no-operator" }, { kind: "turned-away" }],
    ["asked to be called back", { ...call, endCause: "callback-requested" }, null],
    ["came out of hours", { ...call, endCause: "out-of-hours" }, { kind: "turned-away" }],
    ["was answered and goes on", { ...call, answeredAtMs: 4_000 }, { kind: "answered", waitedMs: 3_000 }],
    [
      "was answered, then lost",
      { ...call, answeredAtMs: 4_000, endCause: "network-failure" },
      { kind: "answered", waitedMs: 3_000 },
    ],
    ["came to no queue", { ...call, queueId: null, endCause: "unknown-number" }, null],
    ["is an operator's own", { ...call, direction: "out", answeredAtMs: 4_000 }, null],
  ] as const)("that %s", (_what, given, expected) => {
    expect(outcomeOf(given)).toEqual(expected);
  });
});

test("a day adds up, and its average is of those who were answered", () => {
  const outcomes = [
    { kind: "answered", waitedMs: 2_000 },
    { kind: "answered", waitedMs: 4_000 },
    { kind: "abandoned" },
    { kind: "turned-away" },
  ] as const;
  const day = outcomes.reduce(withOutcome, emptyDay);
  expect(day).toEqual({ answered: 2, abandoned: 1, turnedAway: 1, waitedMs: 6_000 });
  expect([averageWaitMs(day), averageWaitMs(emptyDay)]).toEqual([3_000, null]);
});

test("the day is Rome's, also when the clocks change", () => {
  expect(dayOf(Date.parse("2026-11-26T22:59:59Z"))).toBe("2026-11-26");
  expect(dayOf(Date.parse("2026-11-26T23:00:00Z"))).toBe("2026-11-27");
  expect(dayOf(Date.parse("2026-07-01T22:00:00Z"))).toBe("2026-07-02");
});

describe("operators in numbers", () => {
  const all: OperatorPresence[] = ["available", "away", "on-call", "ringing", "wrap-up", "unreachable", "signed-out"];
  it("are counted by what a caller meets", () => {
    expect(operatorCounts(all)).toEqual({ free: 1, busy: 3, absent: 2 });
  });

  it.each([0, 1, 2])("are not told of %d: the number would be about one of them", (size) => {
    expect(operatorCounts(all.slice(0, size))).toBeNull();
  });
});
