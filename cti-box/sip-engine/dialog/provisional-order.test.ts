/** Which reliable provisional responses a caller's application hears (RFC 3262 §4), and what RAck and RSeq may look like (§7). */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hearProvisional, type HeardProvisional } from "./provisional-order.ts";
import { parseRAck, parseRSeq } from "./rack.ts";

const heard = (rseq: number, state: HeardProvisional["state"], cseq = 1): HeardProvisional => ({ cseq, rseq, state });

describe("reliable provisional responses", () => {
  it.each([
    ["the first may have any number", null, 4_711, "next"],
    ["the one after it is heard", heard(10, "acknowledged"), 11, "next"],
    ["the one after it is heard before the PRACK went out", heard(10, "unacknowledged"), 11, "next"],
    ["a repetition is dropped", heard(10, "unacknowledged"), 10, "dropped"],
    ["a repetition after the PRACK is dropped", heard(10, "acknowledged"), 10, "dropped"],
    ["one too early is dropped: it comes again", heard(10, "acknowledged"), 12, "dropped"],
    ["an old one is dropped", heard(10, "acknowledged"), 9, "dropped"],
  ] as const)("%s", (...[, last, rseq, kind]) => {
    expect(hearProvisional(last, { cseq: 1, rseq }).kind).toBe(kind);
  });

  it("each INVITE counts for itself", () => {
    const verdict = hearProvisional(heard(10, "acknowledged", 1), { cseq: 2, rseq: 3 });
    expect(verdict).toEqual({ kind: "next", heard: heard(3, "unacknowledged", 2) });
  });

  it("in whatever order they come and come again, the application hears each once and in order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 5, max: 12 }), { maxLength: 60 }), (numbers) => {
        let last: HeardProvisional | null = null;
        const told: number[] = [];
        for (const rseq of [5, ...numbers]) {
          const verdict = hearProvisional(last, { cseq: 1, rseq });
          if (verdict.kind === "dropped") continue;
          last = verdict.heard;
          told.push(rseq);
        }
        expect(told).toEqual(told.map((_rseq, index) => 5 + index));
      }),
    );
  });
});

describe("RAck and RSeq", () => {
  it.each([
    ["776656 1 INVITE", { rseq: 776_656, cseq: 1, method: "INVITE" }],
    ["  1  2   invite ", { rseq: 1, cseq: 2, method: "INVITE" }],
    ["1123846669 1 INVITE INVITE", { rseq: 1_123_846_669, cseq: 1, method: "INVITE" }],
    ["1 INVITE", null],
    ["x 1 INVITE", null],
    ["", null],
    [undefined, null],
  ])("RAck %j", (value, rack) => expect(parseRAck(value)).toEqual(rack));

  it.each([
    ["1", 1],
    [" 4294967295 ", 4_294_967_295],
    ["4294967296", null],
    ["0", null],
    ["-1", null],
    ["1 2", null],
    [undefined, null],
  ])("RSeq %j", (value, rseq) => expect(parseRSeq(value)).toBe(rseq));
});
