/** Which trunk carries a call. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { chooseTrunks, requestUri } from "./choose-trunks.ts";
import type { TrunkUse } from "./choose-trunks.ts";
import type { Trunk, TrunkOutbound } from "./trunk.ts";

const outbound: TrunkOutbound = {
  uri: "sip:192.0.2.1:5060;transport=udp",
  prefixes: [],
  numberFormat: "e164",
  callerId: { number: "+390695550100", identity: "asserted", withheld: false },
  failoverMs: 4000,
  limits: { perMinute: null, perDay: null, costlyPerDay: null, spendPerDay: null },
};

function trunk(trunkId: string, change: Partial<Trunk> = {}): Trunk {
  return {
    trunkId,
    numbers: [],
    capacity: null,
    whenFull: "unavailable",
    priority: 10,
    weight: 1,
    codecs: null,
    realTimeText: false,
    keys: "rfc4733",
    srtp: "off",
    outbound,
    ...change,
  };
}

const unused = () => ({ calls: 0, placed: 0, isDown: false });
const namesFor = (trunks: readonly Trunk[], number: string, useOf: (trunkId: string) => TrunkUse = unused): string[] =>
  chooseTrunks(trunks, number, useOf).map(({ trunkId }) => trunkId);

it("the longest prefix goes before priority, priority before the order of the configuration", () => {
  const trunks = [
    trunk("any", { priority: 1 }),
    trunk("late", { priority: 20, outbound: { ...outbound, prefixes: ["+39"] } }),
    trunk("italy", { outbound: { ...outbound, prefixes: ["+39"] } }),
    trunk("rome", { priority: 90, outbound: { ...outbound, prefixes: ["+", "+3906"] } }),
    trunk("inbound only", { outbound: null }),
  ];
  expect(namesFor(trunks, "+390695550100")).toEqual(["rome", "italy", "late", "any"]);
  expect(namesFor(trunks, "+41911234567")).toEqual(["rome", "any"]);
  expect(namesFor(trunks, "112")).toEqual(["any"]);
});

it("a full trunk is left out", () => {
  const trunks = [trunk("full", { capacity: 2, priority: 1 }), trunk("free", { capacity: 3 })];
  expect(namesFor(trunks, "112", () => ({ ...unused(), calls: 2 }))).toEqual(["free"]);
});

it("a carrier that does not answer comes last, and is still tried", () => {
  const trunks = [trunk("down", { priority: 1 }), trunk("up", { priority: 50 })];
  const useOf = (trunkId?: string) => ({ ...unused(), isDown: trunkId === "down" });
  expect(namesFor(trunks, "112", useOf)).toEqual(["up", "down"]);
});

it("calls are shared by weight, within one call of the exact share", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 200 }), (shares, calls) => {
      const trunks = shares.map((weight, index) => trunk(String(index), { weight }));
      const placed = new Map<string, number>();
      for (let call = 0; call < calls; call += 1) {
        const [first] = namesFor(trunks, "112", (trunkId?: string) => ({
          ...unused(),
          placed: placed.get(trunkId ?? "") ?? 0,
        }));
        placed.set(first ?? "", (placed.get(first ?? "") ?? 0) + 1);
      }
      const total = shares.reduce((sum, weight) => sum + weight, 0);
      for (const [index, weight] of shares.entries()) {
        const share = (calls * weight) / total;
        expect(Math.abs((placed.get(String(index)) ?? 0) - share)).toBeLessThanOrEqual(shares.length);
      }
    }),
  );
});

it.each([
  ["e164", "+390695550100", "sip:+390695550100@192.0.2.1:5060;transport=udp"],
  ["e164-without-plus", "+390695550100", "sip:390695550100@192.0.2.1:5060;transport=udp"],
  ["national", "+390695550100", "sip:0695550100@192.0.2.1:5060;transport=udp"],
  ["national", "+393331234567", "sip:3331234567@192.0.2.1:5060;transport=udp"],
  ["national", "+41911234567", "sip:0041911234567@192.0.2.1:5060;transport=udp"],
  ["e164-without-plus", "112", "sip:112@192.0.2.1:5060;transport=udp"],
] as const)("%s: %s is called as %s", (numberFormat, number, uri) => {
  expect(requestUri({ ...outbound, numberFormat }, number)).toBe(uri);
});
