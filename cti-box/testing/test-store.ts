/** The store of a test's office: SQLite in memory, or with `LA2_STORE=postgres` a schema of its own in the PostgreSQL server of the test run. */
import { randomBytes } from "node:crypto";
import { openPostgresCallStore } from "../src/adapters/store/postgres/postgres-call-store.ts";
import { openSqliteCallStore } from "../src/adapters/store/sqlite-call-store.ts";
import type { OfficeStore } from "../src/application/ports.ts";

/** Address of the server that the whole run shares; null: the run is on SQLite. */
export function postgresOfTheRun(): { url: string; schema: string } | null {
  const url = process.env["LA2_TEST_POSTGRES"];
  return url === undefined ? null : { url, schema: `test_${randomBytes(8).toString("hex")}` };
}

export async function openTestStore(): Promise<OfficeStore> {
  const place = postgresOfTheRun();
  return place === null ? openSqliteCallStore(":memory:") : openPostgresCallStore(place);
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
