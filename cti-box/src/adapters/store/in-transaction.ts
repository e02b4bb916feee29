/** All of a piece of work in the store, or nothing of it. */
import type { DatabaseSync } from "node:sqlite";
import { orFault } from "./sqlite-faults.ts";

/** Throws a `StoreFault` when nothing of it was done. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  return orFault(() => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  });
}
