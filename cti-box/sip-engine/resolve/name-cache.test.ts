/** The cache by a clock of the test's own: lives, "no", renewal, old answers while nobody answers, one question for many. */
import { describe, expect, it, vi } from "vitest";
import { NameCache, type Records } from "./name-cache.ts";
import type { Found, Question } from "./records.ts";

const question: Question = { type: "A", name: "a.example" };

function scene(largest = 100): {
  cache: NameCache;
  asked: Question[];
  /** What the source says from now on. */ says: (found: Found | "silent") => void;
  /** The silent source answers after all. */ speaks: (found: Found) => void;
  pass: (ms: number) => void;
} {
  let now = 0;
  let answer: Found | "silent" = { kind: "none", ttlMs: 1_000 };
  const waiting: ((found: Found) => void)[] = [];
  const asked: Question[] = [];
  const ask = (about: Question): Promise<Found> => {
    asked.push(about);
    return answer === "silent" ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(answer);
  };
  return {
    cache: new NameCache({ ask, now: () => now, largest }),
    asked,
    says: (found) => (answer = found),
    speaks: (found) => waiting.splice(0).forEach((resolve) => resolve(found)),
    pass: (ms) => (now += ms),
  };
}

const address = (value: string, ttlMs: number): Found => ({ kind: "records", records: [value], ttlMs });
const isAtOnce = (got: Records | Promise<Records>): boolean => !(got instanceof Promise);

describe("name cache", () => {
  it("keeps an answer for its life and not longer", async () => {
    const { cache, asked, says, pass } = scene();
    says(address("192.0.2.1", 60_000));
    expect(await cache.get(question)).toEqual(["192.0.2.1"]);
    says(address("192.0.2.2", 60_000));
    pass(53_000);
    expect(cache.get(question)).toEqual(["192.0.2.1"]);
    expect(asked).toHaveLength(1);
    pass(7_000);
    const renewed = cache.get(question);
    expect(isAtOnce(renewed)).toBe(false);
    expect(await renewed).toEqual(["192.0.2.2"]);
  });

  it("renews an answer that is used in the last tenth of its life, without anybody waiting", async () => {
    const { cache, asked, says, pass } = scene();
    says(address("192.0.2.1", 60_000));
    await cache.get(question);
    says(address("192.0.2.2", 60_000));
    pass(55_000);
    expect(cache.get(question)).toEqual(["192.0.2.1"]);
    expect(asked).toHaveLength(2);
    await vi.waitFor(() => expect(cache.get(question)).toEqual(["192.0.2.2"]));
    pass(50_000);
    expect(cache.get(question)).toEqual(["192.0.2.2"]);
    expect(asked).toHaveLength(2);
  });

  it("does not keep an answer whose life is zero", async () => {
    const { cache, asked, says } = scene();
    says(address("192.0.2.1", 0));
    await cache.get(question);
    await cache.get(question);
    expect(asked).toHaveLength(2);
  });

  it("keeps a no for as long as it holds", async () => {
    const { cache, asked, says, pass } = scene();
    says({ kind: "none", ttlMs: 10_000 });
    expect(await cache.get(question)).toEqual([]);
    expect(cache.get(question)).toEqual([]);
    expect(asked).toHaveLength(1);
    pass(10_000);
    says(address("192.0.2.1", 10_000));
    expect(await cache.get(question)).toEqual(["192.0.2.1"]);
  });

  it("asks once for all who ask at the same time", async () => {
    const { cache, asked, says, speaks: answered } = scene();
    says("silent");
    const all = Array.from({ length: 50 }, () => cache.get(question));
    answered(address("192.0.2.1", 1_000));
    expect(new Set((await Promise.all(all.map((each) => Promise.resolve(each)))).flat())).toEqual(
      new Set(["192.0.2.1"]),
    );
    expect(asked).toHaveLength(1);
  });

  it("lives on an old answer while nobody answers, asks again after a pause only, and drops it after a day", async () => {
    const { cache, asked, says, pass } = scene();
    says(address("192.0.2.1", 60_000));
    await cache.get(question);
    says({ kind: "failed", why: "silence" });
    pass(61_000);
    expect(await cache.get(question)).toEqual(["192.0.2.1"]);
    expect(asked).toHaveLength(2);
    pass(29_000);
    expect(cache.get(question)).toEqual(["192.0.2.1"]);
    expect(asked).toHaveLength(2);
    pass(2_000);
    expect(await cache.get(question)).toEqual(["192.0.2.1"]);
    expect(asked).toHaveLength(3);
    pass(24 * 3_600_000);
    expect(await cache.get(question)).toEqual([]);
  });

  it("does not wait longer than 1.8 s for a new answer while an old one is at hand", async () => {
    vi.useFakeTimers();
    try {
      const { cache, says, pass, speaks: answered } = scene();
      says(address("192.0.2.1", 60_000));
      await cache.get(question);
      says("silent");
      pass(61_000);
      const late = cache.get(question);
      await vi.advanceTimersByTimeAsync(1_800);
      expect(await late).toEqual(["192.0.2.1"]);
      answered(address("192.0.2.2", 60_000));
      await vi.advanceTimersByTimeAsync(0);
      expect(cache.get(question)).toEqual(["192.0.2.2"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("does not ask a silent source again at once where there is nothing old", async () => {
    const { cache, asked, says, pass } = scene();
    says({ kind: "failed", why: "silence" });
    expect(await cache.get(question)).toEqual([]);
    expect(cache.get(question)).toEqual([]);
    expect(asked).toHaveLength(1);
    pass(5_000);
    await cache.get(question);
    expect(asked).toHaveLength(2);
  });

  it("keeps so many names and no more; the one unused longest leaves", async () => {
    const { cache, asked, says } = scene(3);
    says(address("192.0.2.1", 60_000));
    for (const name of ["a", "b", "c"]) await cache.get({ type: "A", name });
    expect(isAtOnce(cache.get({ type: "A", name: "a" }))).toBe(true);
    await cache.get({ type: "A", name: "d" });
    expect(cache.size).toBe(3);
    expect(isAtOnce(cache.get({ type: "A", name: "a" }))).toBe(true);
    expect(asked).toHaveLength(4);
    expect(isAtOnce(cache.get({ type: "A", name: "b" }))).toBe(false);
  });
});
