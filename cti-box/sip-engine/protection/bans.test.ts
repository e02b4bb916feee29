import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bans } from "./bans.ts";

const day = 86_400_000;
const rule = { firstMs: 60_000, longestMs: day, largest: 16 };
const order = (nowMs: number) => ({ reason: "malformed", scope: "everything", nowMs }) as const;

describe("bans", () => {
  it("each is five times as long as the one before, up to the longest", () => {
    const bans = new Bans(rule);
    let nowMs = 0;
    const lengths = Array.from({ length: 7 }, () => {
      const ban = bans.add("192.0.2.1", order(nowMs));
      const lengthMs = ban.untilMs - nowMs;
      nowMs = ban.untilMs;
      return lengthMs / 60_000;
    });
    expect(lengths).toEqual([1, 5, 25, 125, 625, 1440, 1440]);
  });

  it("ends by itself, and is forgotten a day later", () => {
    const bans = new Bans(rule);
    bans.add("192.0.2.1", order(0));
    expect(bans.find("192.0.2.1", () => 59_999)).toMatchObject({ times: 1, reason: "malformed" });
    expect(bans.find("192.0.2.1", () => 60_000)).toBeNull();
    expect(bans.find("192.0.2.2", () => 0)).toBeNull();
    expect(bans.add("192.0.2.1", order(60_000 + day)).times).toBe(1);
  });

  it("one that is over makes room before one that is in force", () => {
    const bans = new Bans(rule);
    for (let host = 0; host < 15; host += 1) bans.add(`host-${host}`, order(30_000));
    bans.add("over", { ...order(0), nowMs: -60_000 });
    bans.add("newest", order(30_000));
    expect(bans.list(30_000).map(({ source }) => source)).toEqual([
      ...Array.from({ length: 15 }, (_none, host) => `host-${host}`),
      "newest",
    ]);
  });

  it("never holds more than it may, whoever is banned when", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(day))), (events) => {
        const bans = new Bans(rule);
        let nowMs = 0;
        for (const [host, passed] of events) {
          nowMs += passed;
          const ban = bans.add(`host-${host}`, order(nowMs));
          expect(bans.size).toBeLessThanOrEqual(16);
          expect(bans.find(`host-${host}`, () => nowMs)).toBe(ban);
          expect(ban.untilMs - nowMs).toBeLessThanOrEqual(day);
        }
      }),
    );
  });
});
