import { mkdtempSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRestartMemory } from "./restart-memory.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-memory-"));
  file = join(folder, "restart.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what was kept is there for the next one, newest words last said; what was forgotten is not", () => {
  const memory = openRestartMemory(file);
  memory.keep("dialog", "leg-1", { dialogId: "a" });
  memory.keep("dialog", "leg-1", { dialogId: "b" });
  memory.keep("media", "leg-1", { port: 1 });
  memory.keep("dialog", "leg-2", { dialogId: "c" });
  memory.forget("dialog", "leg-2");
  memory.close();
  const next = openRestartMemory(file);
  expect(next.kept("dialog")).toEqual([{ key: "leg-1", value: { dialogId: "b" } }]);
  expect(next.kept("media")).toEqual([{ key: "leg-1", value: { port: 1 } }]);
  next.close();
  // A part that is closed late has nothing to say any more.
  next.forget("media", "leg-1");
});

test("its file is the owner's alone, and what another version wrote is forgotten", () => {
  const memory = openRestartMemory(file);
  expect(statSync(file).mode & 0o077).toBe(0);
  memory.keep("session", "one", {});
  memory.close();
  const other = new DatabaseSync(file);
  other.exec("PRAGMA user_version = 999");
  other.close();
  const next = openRestartMemory(file);
  expect(next.kept("session")).toEqual([]);
  next.close();
});
