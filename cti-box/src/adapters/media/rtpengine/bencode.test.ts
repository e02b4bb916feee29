import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBencode, encodeBencode } from "./bencode.ts";

describe("bencode", () => {
  it.each([
    [{ command: "ping" }, "d7:command4:pinge"],
    [{ b: ["x", -3], a: 7 }, "d1:ai7e1:bl1:xi-3eee"],
    ["è", "2:è"],
  ])("%j is written as %s", (value, text) => {
    expect(encodeBencode(value).toString("utf8")).toBe(text);
  });

  it("what is written is read again", () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.maxSafeInteger().filter((number) => Math.abs(number) < 1e15),
        fc.string(),
        fc.array(tie("any"), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie("any"), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (one) => {
        expect(decodeBencode(encodeBencode(one as never))).toEqual(one);
      }),
    );
  });

  it.each(["", "d", "5:abc", "i12", "ie", "i1e2", "d3:abci1e", "-1:a", "l".repeat(100)])("%j is refused", (text) => {
    expect(() => decodeBencode(Buffer.from(text))).toThrow("bencode");
  });

  it("random bytes are read or refused, and never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeBencode(Buffer.from(bytes));
        } catch (error) {
          expect(String(error)).toContain("bencode");
        }
      }),
    );
  });
});
