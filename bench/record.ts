/** Puts the figures of a benchmark into docs/performance.md, between its two marks. */
import { readFileSync, writeFileSync } from "node:fs";

/** Throws when the page has no `<!-- bench NAME: begin -->` and `<!-- bench NAME: end -->`. */
export function recordIn(name: string, markdown: string): void {
  const page = new URL("../docs/performance.md", import.meta.url);
  const [beginning, end] = [`<!-- bench ${name}: begin -->`, `<!-- bench ${name}: end -->`];
  const text = readFileSync(page, "utf8");
  const [before, after] = [text.split(beginning)[0], text.split(end)[1]];
  if (before === undefined || after === undefined)
    throw new Error(`docs/performance.md has no ${beginning} and ${end}`);
  writeFileSync(page, `${before}${beginning}\n${markdown}${end}${after}`);
}
