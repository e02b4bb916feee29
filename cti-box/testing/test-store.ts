/**
 * Where the offices of the tests keep their calls, decided here alone: in SQLite, or with `LA2_STORE=postgres` in the PostgreSQL server of the test run, each
 * office in a schema of its own.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPostgresCallStore } from "../src/adapters/store/postgres/postgres-call-store.ts";
import { openSqliteCallStore } from "../src/adapters/store/sqlite-call-store.ts";
import type { OfficeStore } from "../src/application/ports.ts";

/** A fresh schema in the server that the whole run shares; null: the run is on SQLite. */
function placeInPostgres(): { url: string; schema: string } | null {
  const url = process.env["LA2_TEST_POSTGRES"];
  return url === undefined ? null : { url, schema: `test_${randomBytes(8).toString("hex")}` };
}

/** The part of a box's configuration that names its store: another schema each time, or nothing where the run is on SQLite. */
export function storeOfTheRun(): { store?: { postgres: { url: string; schema: string } } } {
  const postgres = placeInPostgres();
  return postgres === null ? {} : { store: { postgres } };
}

/** A store that is forgotten when it is closed. */
export async function openTestStore(): Promise<OfficeStore> {
  const place = placeInPostgres();
  return place === null ? openSqliteCallStore(":memory:") : openPostgresCallStore(place);
}

/** A store that can be opened again, as after a restart of the box. */
export type LastingStore = { open(): Promise<OfficeStore>; remove(): void };

export function lastingStore(): LastingStore {
  const place = placeInPostgres();
  if (place !== null) return { open: () => openPostgresCallStore(place), remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), "la2-store-"));
  return {
    open: async () => openSqliteCallStore(join(folder, "calls.sqlite")),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Work under way in a store, so that a test can wait until there is none. */
export class StoreWork {
  #count = 0;

  /** The same store, its work counted. */
  counted<Store extends object>(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name === "retained") return this.counted(value as object);
        if (typeof value !== "function") return value;
        return (...words: unknown[]): unknown => {
          const result: unknown = value.apply(target, words);
          if (!(result instanceof Promise)) return result;
          this.#count += 1;
          return result.finally(() => (this.#count -= 1));
        };
      },
    });
  }

  isUnderWay(): boolean {
    return this.#count > 0;
  }
}
