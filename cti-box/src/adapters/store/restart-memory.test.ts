import { mkdtempSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RecordingLog } from "../../../testing/recording-log.ts";
import { openRestartMemory } from "./restart-memory.ts";

let folder: string;
let log: RecordingLog;
let file: string;
beforeEach(() => {
  log = new RecordingLog();
  folder = mkdtempSync(join(tmpdir(), "la2-memory-"));
  file = join(folder, "restart.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what was kept is there for the next one, newest words last said; what was forgotten is not", () => {
  const memory = openRestartMemory(file, log);
  memory.keep("dialog", "leg-1", { dialogId: "a" });
  memory.keep("dialog", "leg-1", { dialogId: "b" });
  memory.keep("media", "leg-1", { port: 1 });
  memory.keep("dialog", "leg-2", { dialogId: "c" });
  memory.forget("dialog", "leg-2");
  memory.close();
  const next = openRestartMemory(file, log);
  expect(next.kept("dialog")).toEqual([{ key: "leg-1", value: { dialogId: "b" } }]);
  expect(next.kept("media")).toEqual([{ key: "leg-1", value: { port: 1 } }]);
  next.close();
  // A part that is closed late has nothing to say any more.
  next.forget("media", "leg-1");
});

test("its file is the owner's alone, and what another version wrote is forgotten", () => {
  const memory = openRestartMemory(file, log);
  expect(statSync(file).mode & 0o077).toBe(0);
  memory.keep("session", "one", {});
  memory.close();
  const other = new DatabaseSync(file);
  other.exec("PRAGMA user_version = 999");
  other.close();
  const next = openRestartMemory(file, log);
  expect(next.kept("session")).toEqual([]);
  next.close();
});

test("while its file cannot be written nobody is stopped, and the newest words are written with the next one that can be", () => {
  const memory = openRestartMemory(file, log);
  memory.keep("dialog", "leg-1", { dialogId: "a" });
  memory.keep("dialog", "leg-2", { dialogId: "b" });
  const other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  memory.keep("dialog", "leg-1", { dialogId: "c" });
  memory.forget("dialog", "leg-2");
  memory.keep("dialog", "leg-3", { dialogId: "d" });
  memory.forget("dialog", "leg-3");
  other.exec("ROLLBACK");
  other.close();
  expect(log.messages("error")).toEqual(["what calls need after a kill of the box cannot be written"]);
  memory.keep("dialog", "leg-4", { dialogId: "e" });
  expect(log.messages("warn")).toEqual(["what calls need after a kill of the box is written again"]);
  expect(memory.kept("dialog")).toEqual([
    { key: "leg-1", value: { dialogId: "c" } },
    { key: "leg-4", value: { dialogId: "e" } },
  ]);
  memory.close();
});
