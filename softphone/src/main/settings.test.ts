/** The settings file, whole, damaged and absent. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOfficeUrl, writeOfficeUrl } from "./settings.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "la2-settings-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("what was saved is read again, by its owner only", () => {
  const file = join(folder, "new", "settings.json");
  writeOfficeUrl(file, "https://urp.example/");
  expect(readOfficeUrl(file)).toBe("https://urp.example/");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each(["", "{", "[]", '{"officeUrl":1}', '{"other":"x"}'])("a damaged file (%s) counts as none", (text) => {
  const file = join(folder, "settings.json");
  writeFileSync(file, text);
  expect(readOfficeUrl(file)).toBeNull();
});
