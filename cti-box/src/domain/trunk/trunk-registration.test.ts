/** When an office registers again at its carrier. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { afterRegister, unregistered } from "./trunk-registration.ts";

it.each([
  [600, 540_000],
  [60, 54_000],
  [20, 15_000],
  [3, 1_000],
])("granted for %i s it is renewed after %i ms", (expiresSeconds, againInMs) => {
  expect(afterRegister(unregistered(0), { kind: "registered", expiresSeconds }, 5)).toEqual({
    registration: { state: "registered", sinceMs: 5, failures: 0, lastStatus: null },
    againInMs,
  });
});

it("waits longer after each failure, and five minutes when the credentials are refused", () => {
  let registration = unregistered(0);
  const pauses = Array.from({ length: 10 }, () => {
    const next = afterRegister(registration, { kind: "silent" }, 1);
    ({ registration } = next);
    return next.againInMs / 1000;
  });
  expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  expect(registration).toMatchObject({ state: "failed", sinceMs: 1, failures: 10 });
  expect(afterRegister(unregistered(0), { kind: "refused", status: 403 }, 1).againInMs).toBe(300_000);
  expect(afterRegister(unregistered(0), { kind: "refused", status: 503 }, 1).againInMs).toBe(2_000);
});

it("is renewed before it runs out, whatever the carrier grants from 6 seconds on", () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 86_400 }), (expiresSeconds) => {
      const { againInMs } = afterRegister(unregistered(0), { kind: "registered", expiresSeconds }, 0);
      expect(againInMs).toBeLessThan(expiresSeconds * 1000);
    }),
  );
});
