import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvLine } from "./csv.ts";

describe("CSV of RFC 4180", () => {
  test.each<[string, readonly (string | number | null)[], string]>([
    ["plain cells", ["a", 1.5, null, "b c"], "a,1.5,,b c"],
    ["a comma and a quote", ['Rossi, "Mario"'], '"Rossi, ""Mario"""'],
    ["line ends", ["one\r\ntwo"], '"one\r\ntwo"'],
    ["a number of a telephone", ["+390668888888"], "+390668888888"],
  ])("%s", (_, cells, line) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });

  test.each([
    ["=1+1", "'=1+1"],
    ["+1+1", "'+1+1"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", '"\'\t=1"'],
    ["\r=1", '"\'\r=1"'],
    ["＝1", "'＝1"],
    ['=HYPERLINK("http://x";"y")', '"\'=HYPERLINK(""http://x"";""y"")"'],
    ["+39'06", "'+39'06"],
  ])("%j is no formula", (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });

  test("whatever stands in the cells, a reader gets them back, but for the apostrophe", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }), (cells) => {
        const read = readLine(csvLine(cells));
        expect(read).toHaveLength(cells.length);
        for (const [index, cell] of read.entries()) expect([cells[index], `'${cells[index] ?? ""}`]).toContain(cell);
      }),
    );
  });
});

/** A reader of one line, after the grammar of RFC 4180 §2. */
function readLine(line: string): string[] {
  const cells: string[] = [];
  let rest = line.slice(0, -2);
  for (;;) {
    const [whole, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))/.exec(rest) ?? [""];
    cells.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    rest = rest.slice(whole.length);
    if (rest === "") return cells;
    expect(rest[0]).toBe(",");
    rest = rest.slice(1);
  }
}
