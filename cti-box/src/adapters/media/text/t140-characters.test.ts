import * as fc from "fast-check";
import { expect, it } from "vitest";
import { NOTHING_READ, readCharacters } from "./t140-characters.ts";

function readAll(pieces: readonly Buffer[]): string {
  let reader = NOTHING_READ;
  let text = "";
  for (const piece of pieces) {
    const read = readCharacters(reader, piece);
    reader = read.reader;
    text += read.text;
    expect(reader.rest.length).toBeLessThanOrEqual(3);
  }
  return text;
}

it("characters torn apart anywhere are put together", () => {
  const printable = fc.string({ unit: "grapheme" }).filter((text) => !/[\p{Cc}\uFEFF]/u.test(text));
  fc.assert(
    fc.property(printable, fc.array(fc.nat({ max: 8 })), (text, sizes) => {
      const bytes = Buffer.from(text, "utf8");
      const pieces: Buffer[] = [];
      let at = 0;
      for (const size of sizes) {
        pieces.push(bytes.subarray(at, at + size));
        at = Math.min(bytes.length, at + size);
      }
      expect(readAll([...pieces, bytes.subarray(at)])).toBe(text);
    }),
  );
});

it.each([
  ["a byte order mark means nothing", ["efbbbf", "c3a8"], "è"],
  ["also one that is torn apart", ["ef", "bbbf41"], "A"],
  ["a return is a new line", ["410d42"], "A\u2028B"],
  ["return and line feed are one, also in two packets", ["410d", "0a42"], "A\u2028B"],
  ["a line separator stays", ["41e280a842"], "A\u2028B"],
  ["backspace stays, bell and escape do not", ["41084207 1b".replaceAll(" ", "")], "A\bB"],
  ["what is no UTF-8 is marked", ["41ff42"], "A\uFFFDB"],
  ["a lonely continuation too", ["80"], "\uFFFD"],
  ["a surrogate in UTF-8 is no character", ["eda080"], "\uFFFD\uFFFD\uFFFD"],
])("%s", (_what, hex, text) => {
  expect(readAll(hex.map((one) => Buffer.from(one, "hex")))).toBe(text);
});

it("whatever bytes come, the text is well formed", () => {
  const noise = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(fc.array(noise), (pieces) => {
      expect(readAll(pieces).isWellFormed()).toBe(true);
    }),
  );
});
