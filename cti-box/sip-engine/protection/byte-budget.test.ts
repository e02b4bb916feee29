import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteBudget, BytePool, poolLimitBytes, type AnswerKind } from "./byte-budget.ts";

describe("what a stranger is answered", () => {
  it("a first final answer that is no longer than the request, and no copy of it", () => {
    const budget = new ByteBudget(new BytePool(), 700);
    expect(budget.spend(500, "final")).toBe(true);
    expect(budget.spend(500, "repeat")).toBe(false);
  });

  it("a copy of the request pays for a copy of the answer", () => {
    const pool = new BytePool();
    const budget = new ByteBudget(pool, 700);
    expect(budget.spend(700, "final")).toBe(true);
    budget.addFrom(new ByteBudget(pool, 700));
    expect(budget.spend(700, "repeat")).toBe(true);
  });

  it("nothing that is longer than the request, until it came twice", () => {
    const pool = new BytePool();
    const budget = new ByteBudget(pool, 400);
    expect(budget.spend(600, "final")).toBe(false);
    budget.addFrom(new ByteBudget(pool, 400));
    expect(budget.spend(600, "final")).toBe(true);
  });

  it("ringing only when enough is left for the answer and its repetitions: with the fourth INVITE", () => {
    const pool = new BytePool();
    const budget = new ByteBudget(pool, 800);
    const tries = [1, 2, 3, 4].map(() => {
      const isSent = budget.spend(400, "provisional");
      budget.addFrom(new ByteBudget(pool, 800));
      return isSent;
    });
    expect(tries).toEqual([false, false, false, true]);
    expect([1, 2, 3].map(() => budget.spend(800, "final"))).toEqual([true, true, true]);
  });

  it("what others left over pays for ringing at once, and for repetitions", () => {
    const pool = new BytePool();
    for (let message = 0; message < 40; message += 1) new ByteBudget(pool, 800).release();
    const budget = new ByteBudget(pool, 800);
    expect(budget.spend(400, "provisional")).toBe(true);
    expect([1, 2, 3, 4, 5].map((time) => budget.spend(900, time === 1 ? "final" : "repeat"))).not.toContain(false);
  });

  it("never more bytes out than in, for any order of messages, copies, answers and ends", () => {
    const kinds = fc.constantFrom<AnswerKind>("trying", "provisional", "final", "repeat");
    const event = fc.oneof(
      fc.record({ type: fc.constant("request" as const), bytes: fc.integer({ min: 16, max: 3_000 }) }),
      fc.record({ type: fc.constant("copy" as const), bytes: fc.integer({ min: 16, max: 3_000 }), of: fc.nat(20) }),
      fc.record({
        type: fc.constant("answer" as const),
        bytes: fc.integer({ min: 16, max: 3_000 }),
        of: fc.nat(20),
        kind: kinds,
      }),
      fc.record({ type: fc.constant("end" as const), of: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (events) => {
        const pool = new BytePool();
        const budgets: ByteBudget[] = [];
        let into = 0;
        let out = 0;
        for (const each of events) {
          const budget = each.type === "request" ? undefined : budgets[each.of % Math.max(1, budgets.length)];
          if (each.type === "request") {
            budgets.push(new ByteBudget(pool, each.bytes));
            into += each.bytes;
          } else if (each.type === "copy") {
            budget?.addFrom(new ByteBudget(pool, each.bytes));
            if (budget !== undefined) into += each.bytes;
          } else if (each.type === "answer") {
            if (budget?.spend(each.bytes, each.kind) === true) out += each.bytes;
          } else budget?.release();
          expect(out).toBeLessThanOrEqual(into);
          expect(pool.bytes).toBeLessThanOrEqual(poolLimitBytes);
          expect(pool.bytes).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
