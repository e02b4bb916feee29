/** Nothing stays on SQLite in a run on PostgreSQL. */
import { spawnSync } from "node:child_process";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { PostgresCallStore } from "../../cti-box/src/adapters/store/postgres/postgres-call-store.ts";
import { SqliteCallStore } from "../../cti-box/src/adapters/store/sqlite-call-store.ts";
import { openTestStore } from "../../cti-box/testing/test-store.ts";
import { officeConfig } from "../office/office-config.ts";
import { isOnPostgres } from "./store-of-the-run.ts";

const choice = { officeId: "x_test1", address: "127.0.0.1", carrierAddress: "127.0.0.3", operators: ["anna"] };

test("an office of the tests keeps its calls where LA2_STORE says", async () => {
  const store = await openTestStore();
  expect(store).toBeInstanceOf(isOnPostgres ? PostgresCallStore : SqliteCallStore);
  await store.close();
  expect(officeConfig(choice)["store"] !== undefined).toBe(isOnPostgres);
});

test.runIf(isOnPostgres)("SQLite is refused here, and to every program that a test starts", () => {
  expect(() => new DatabaseSync(":memory:")).toThrow("this run keeps calls in PostgreSQL");
  const program = 'new (require("node:sqlite").DatabaseSync)("/tmp/calls.sqlite")';
  const { status, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("this run keeps calls in PostgreSQL, not in /tmp/calls.sqlite");
});
