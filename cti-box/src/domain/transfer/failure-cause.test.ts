import { expect, test } from "vitest";
import { transferFailureOf } from "./failure-cause.ts";

test.each([
  [486, null, true, "busy"],
  [480, null, true, "no-answer"],
  [408, null, true, "no-answer"],
  [408, null, false, "not-reachable"],
  [603, null, true, "refused"],
  [503, 21, true, "refused"],
  [404, null, false, "unknown-office"],
  // A server that fails is nobody's refusal, also when it had rung: the other office's box was started again.
  [503, null, false, "not-reachable"],
  [503, null, true, "not-reachable"],
  [500, null, true, "not-reachable"],
  [504, null, true, "not-reachable"],
] as const)("%i (Q.850 %j), rung %j: %s", (...row) => {
  const [status, q850, hasRung, failure] = row;
  expect(transferFailureOf({ status, q850, hasRung })).toBe(failure);
});
