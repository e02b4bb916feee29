import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { protectionDefaults } from "./protection-options.ts";
import { addStrike, points, type Misdeed } from "./strikes.ts";
import { fullBucket, takeToken } from "./token-bucket.ts";

const rule = { limit: protectionDefaults.refusals, windowMs: protectionDefaults.refusalWindowMs };

/** How many of them, one every so many milliseconds, until the limit is reached; null: not within that many. */
function reachedAfter(misdeed: Misdeed, everyMs: number, most = 10_000): number | null {
  const strikes = { points: 0, atMs: 0 };
  for (let count = 1; count <= most; count += 1)
    if (addStrike(strikes, misdeed, { rule, nowMs: count * everyMs })) return count;
  return null;
}

describe("strikes with the default limits", () => {
  it.each<[Misdeed, number, number | null]>([
    ["refused-credentials", 0, 30],
    ["refused-credentials", 1_000, 32],
    // Twenty seconds are what one refusal needs to fade: a phone that tries its wrong password every half a minute is no attacker.
    ["refused-credentials", 30_000, null],
    ["unknown-user", 0, 30],
    ["malformed", 0, 30],
    ["malformed", 30_000, null],
    ["scanner", 0, 5],
    ["refused-old-credentials", 0, 1_000],
    ["challenged", 0, 3_000],
    ["excess", 0, 6_000],
  ])("%s every %i ms: banned after %s", (misdeed, everyMs, count) => {
    const after = reachedAfter(misdeed, everyMs);
    if (count === null) expect(after).toBeNull();
    else expect(Math.abs((after ?? 0) - count)).toBeLessThanOrEqual(1);
  });

  it("after a ban counting begins anew", () => {
    const strikes = { points: 29.5, atMs: 0 };
    expect(addStrike(strikes, "malformed", { rule, nowMs: 0 })).toBe(true);
    expect(addStrike(strikes, "malformed", { rule, nowMs: 0 })).toBe(false);
  });

  it("points are never below zero and never beyond the limit, whatever comes", () => {
    const misdeeds = Object.keys(points) as Misdeed[];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...misdeeds), fc.nat(1_000_000))), (events) => {
        const strikes = { points: 0, atMs: 0 };
        let nowMs = 0;
        for (const [misdeed, passed] of events) {
          nowMs += passed;
          addStrike(strikes, misdeed, { rule, nowMs });
          expect(strikes.points).toBeGreaterThanOrEqual(0);
          expect(strikes.points).toBeLessThan(rule.limit);
        }
      }),
    );
  });
});

describe("token bucket", () => {
  it("lets through the burst at once, then the rate", () => {
    const bucketRule = { perSecond: 10, burst: 20 };
    const bucket = fullBucket(bucketRule, 0);
    const takenAt = (nowMs: number, tries: number): number =>
      Array.from({ length: tries }, () => takeToken(bucket, bucketRule, nowMs)).filter(Boolean).length;
    expect(takenAt(0, 50)).toBe(20);
    expect(takenAt(1_000, 50)).toBe(10);
    expect(takenAt(1_050, 50)).toBe(0);
    expect(takenAt(1_100, 50)).toBe(1);
    expect(takenAt(3_600_000, 50)).toBe(20);
  });

  it("never lets through more than burst and rate allow, whenever what comes", () => {
    const bucketRule = { perSecond: 50, burst: 100 };
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 500 }), (waits) => {
        const bucket = fullBucket(bucketRule, 0);
        let nowMs = 0;
        let taken = 0;
        for (const wait of waits) {
          nowMs += wait;
          if (takeToken(bucket, bucketRule, nowMs)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(100 + (nowMs * 50) / 1_000 + 1e-6);
      }),
    );
  });
});
