/**
 * Loaded before everything else in a run on PostgreSQL, also in the programs that the tests start: there calls may not be kept in SQLite, so that no
 * suite stays on it without anybody noticing. The small files that are SQLite wherever calls are kept may be opened.
 */
import { createRequire, syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

type Sqlite = { DatabaseSync: typeof import("node:sqlite").DatabaseSync };

/** What a box needs after a kill (of its own machine), the tickets of a bridge, and the exchange between offices. */
const elsewhere = ["restart.sqlite", "crm-bridge.sqlite", "tupa-hub.sqlite"];

const sqlite = createRequire(import.meta.url)("node:sqlite") as Sqlite;

sqlite.DatabaseSync = class extends sqlite.DatabaseSync {
  constructor(...words: ConstructorParameters<Sqlite["DatabaseSync"]>) {
    const [path] = words;
    if (!elsewhere.includes(basename(String(path))))
      throw new Error(`this run keeps calls in PostgreSQL, not in ${String(path)}`);
    super(...words);
  }
};
syncBuiltinESMExports();

const itself = `--import=${import.meta.url}`;
const options = process.env["NODE_OPTIONS"] ?? "";
if (!options.includes(itself)) process.env["NODE_OPTIONS"] = `${options} ${itself}`.trim();
