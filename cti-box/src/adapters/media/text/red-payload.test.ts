import * as fc from "fast-check";
import { expect, it } from "vitest";
import { readRedPayload, writeRedPayload } from "./red-payload.ts";

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
const payloadType = fc.integer({ min: 0, max: 127 });

it("what is written is read again", () => {
  const earlier = fc.array(fc.record({ payloadType, ageMs: fc.integer({ min: 0, max: 16_383 }), bytes }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.record({ earlier, payloadType, bytes }), (payload) => {
      expect(readRedPayload(writeRedPayload(payload))).toEqual(payload);
    }),
  );
});

it("two generations look as RFC 4103 §6 draws them", () => {
  const block = (text: string, ageMs: number) => ({ payloadType: 98, ageMs, bytes: Buffer.from(text) });
  const written = writeRedPayload({
    earlier: [block("A", 600), block("", 300)],
    payloadType: 98,
    bytes: Buffer.from("B"),
  });
  expect(written.toString("hex")).toBe("e2096001e204b000624142");
});

it.each([
  ["nothing", ""],
  ["a header without its end", "e20960"],
  ["headers and no block that is new", "e2096001"],
  ["a block that is longer than the packet", "e20960ff6241"],
  ["more generations than anybody repeats", `${"e2000000".repeat(9)}62`],
])("%s is no payload", (_what, hex) => {
  expect(readRedPayload(Buffer.from(hex, "hex"))).toBeNull();
});

it("no bytes do harm", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
      const read = readRedPayload(Buffer.from(noise));
      const total = [...(read?.earlier ?? []), ...(read === null ? [] : [read])];
      expect(total.reduce((sum, one) => sum + one.bytes.length, 0)).toBeLessThanOrEqual(noise.length);
    }),
  );
});
