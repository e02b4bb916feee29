/** What earlier versions of the box wrote is read by this one: the records as they lie, and the journals event by event. */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callRecordSchema } from "../../../contracts/index.ts";
import { callFromJournal } from "../../application/recover-calls.ts";
import { recordOf } from "../../domain/call/record-of.ts";
import type { CallEvent } from "../../domain/call/call-event.ts";
import { recordToContract } from "../api/record-to-contract.ts";
import { migrations } from "./schema.ts";
import { openSqliteCallStore } from "./sqlite-call-store.ts";

const journals = new URL("../../../testing/journals/", import.meta.url);
const names = readdirSync(journals).toSorted();

function journal(name: string): { events: CallEvent[]; record: Record<string, unknown> } {
  return JSON.parse(readFileSync(new URL(name, journals), "utf8")) as ReturnType<typeof journal>;
}

describe("journals written by 0.1.0", () => {
  test("there are some", () => {
    expect(names.length).toBeGreaterThanOrEqual(3);
  });

  test.each(names)("%s replays to the same record", (name) => {
    const { events, record } = journal(name);
    const call = callFromJournal(events);
    if (call === null) throw new Error("no arrival");
    expect(recordOf(call)).toMatchObject(record);
    expect(() => callRecordSchema.parse(recordToContract(recordOf(call)))).not.toThrow();
  });
});

describe("a store written by 0.1.0", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "la2-store-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each(names)("gives the record of %s, with null for what was not noted", async (name) => {
    const { record } = journal(name);
    const file = join(folder, "calls.sqlite");
    const old = new DatabaseSync(file);
    old.exec(`${migrations[0] ?? ""} PRAGMA user_version = 1;`);
    old
      .prepare("INSERT INTO calls VALUES (?, ?, ?, ?, ?)")
      .run(record["callId"] as string, record["contactId"] as string, 1, 2, JSON.stringify(record));
    old.close();
    const store = openSqliteCallStore(file);
    try {
      const [found] = await store.records({ limit: 10, direction: "in", endCause: record["endCause"] as never });
      expect(found).toMatchObject({ ...record, end: null, direction: "in" });
      if (found !== undefined) expect(() => callRecordSchema.parse(recordToContract(found))).not.toThrow();
    } finally {
      await store.close();
    }
  });
});
