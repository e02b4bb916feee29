/** All of a piece of work in the store, or nothing of it. */
import type { DatabaseSync } from "node:sqlite";

/** Throws what the work or the commit throws, after nothing of it is left. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
