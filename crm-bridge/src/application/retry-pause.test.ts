import * as fc from "fast-check";
import { expect, test } from "vitest";
import { retryPauseMs } from "./retry-pause.ts";

const limits = { firstMs: 300, longestMs: 15_000 };

test("a pause doubles, is spread by a quarter and never longer than its limit and that quarter", () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, random) => {
      const pause = retryPauseMs(limits, attempts, random);
      const straight = Math.min(300 * 2 ** Math.min(attempts, 20), 15_000);
      expect(pause).toBeGreaterThanOrEqual(Math.floor(straight * 0.75));
      expect(pause).toBeLessThanOrEqual(Math.ceil(straight * 1.25));
    }),
  );
  expect([0, 1, 2, 9].map((attempts) => retryPauseMs(limits, attempts, 0.5))).toEqual([300, 600, 1_200, 15_000]);
});
