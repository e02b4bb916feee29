/** RFC 2782: priorities are kept, weights are shares. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SrvRecord } from "./records.ts";
import { inSrvOrder } from "./srv-order.ts";

const record = fc.record({
  priority: fc.nat(4),
  weight: fc.nat(100),
  port: fc.integer({ min: 1, max: 65_535 }),
  target: fc.constantFrom("a", "b", "c"),
});

/** Repeatable numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe("SRV order", () => {
  it("loses and doubles nothing, and never puts a higher priority value first", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), fc.integer(), (records, seed) => {
        const ordered = inSrvOrder(records, seeded(seed));
        expect(ordered.toSorted(byAll)).toEqual(records.toSorted(byAll));
        for (const [index, each] of ordered.entries())
          expect(each.priority).toBeGreaterThanOrEqual(ordered[index - 1]?.priority ?? 0);
      }),
    );
  });

  it("comes first in proportion to its weight: 60, 30, 10 and a little for 0", () => {
    const records = [60, 30, 10, 0].map((weight) => ({ priority: 1, weight, port: 1, target: `w${weight}` }));
    const random = seeded(1);
    const firsts = new Map<string, number>();
    const runs = 20_000;
    for (let run = 0; run < runs; run += 1) {
      const first = inSrvOrder(records, random)[0]?.target ?? "";
      firsts.set(first, (firsts.get(first) ?? 0) + 1);
    }
    const share = (name: string): number => (firsts.get(name) ?? 0) / runs;
    expect(share("w60")).toBeCloseTo(60 / 101, 1);
    expect(share("w30")).toBeCloseTo(30 / 101, 1);
    expect(share("w10")).toBeCloseTo(10 / 101, 1);
    expect(share("w0")).toBeGreaterThan(0);
    expect(share("w0")).toBeLessThan(0.02);
  });
});

function byAll(one: SrvRecord, other: SrvRecord): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
