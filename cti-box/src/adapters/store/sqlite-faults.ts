/** What SQLite says when it does not do what was asked, in the words of the port. */
import { StoreFault, type StoreTrouble } from "../../application/ports.ts";

/** By primary result code: https://sqlite.org/rescode.html */
const troubles: ReadonlyMap<number, StoreTrouble> = new Map([
  [5, "locked"],
  [6, "locked"],
  [13, "full"],
  [18, "refused"],
  [19, "refused"],
  [20, "refused"],
]);
const primary = 0xff;

/** Does the work; what it throws is thrown as a `StoreFault`. */
export function orFault<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof StoreFault ? error : faultFrom(error);
  }
}

function faultFrom(error: unknown): StoreFault {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  const text = message ?? String(error);
  if (code === "ERR_SQLITE_ERROR")
    return new StoreFault(troubles.get((errcode ?? 0) & primary) ?? "broken", text, { cause: error });
  // A value that cannot be written has nothing to do with the database; a closed database has.
  return new StoreFault(code === "ERR_INVALID_STATE" ? "broken" : "refused", text, { cause: error });
}
