/**
 * What the box remembers to go on after a kill, in a small SQLite file of its own beside the call store, wherever that is: it is about the dialogs and ports of
 * this very machine. `synchronous = OFF`: a killed program loses nothing of it, and after a power cut there is nothing left to go on with.
 * Calls go on when it cannot be written (disk full, file locked): what is to be remembered waits, newest word only, and is written before the next word that can be.
 */
import { chmodSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Log } from "../../application/ports.ts";
import type { RememberedKind, RestartMemory } from "../../application/restart-memory.ts";

/** Raised when what is kept changes its meaning: what another version has written is forgotten. */
const version = 1;

export function openRestartMemory(path: string, log: Log): SqliteRestartMemory {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = FAST;");
  // It holds media keys and passwords.
  chmodSync(path, 0o600);
  const { user_version: written } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (written !== version) database.exec("DROP TABLE IF EXISTS kept");
  database.exec(
    `CREATE TABLE IF NOT EXISTS kept (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;
     PRAGMA user_version = ${version};`,
  );
  return new SqliteRestartMemory(database, log);
}

/** `value` null: forgotten. */
type Word = { kind: RememberedKind; key: string; value: string | null };

export class SqliteRestartMemory implements RestartMemory {
  private readonly database: DatabaseSync;
  private readonly put: StatementSync;
  private readonly remove: StatementSync;
  private readonly all: StatementSync;
  private readonly log: Log;
  /** What is not written yet, by kind and key. */
  private readonly behind = new Map<string, Word>();

  constructor(database: DatabaseSync, log: Log) {
    this.database = database;
    this.log = log;
    this.put = database.prepare("INSERT OR REPLACE INTO kept (kind, key, value) VALUES (?, ?, ?)");
    this.remove = database.prepare("DELETE FROM kept WHERE kind = ? AND key = ?");
    this.all = database.prepare("SELECT key, value FROM kept WHERE kind = ? ORDER BY key");
  }

  keep(kind: RememberedKind, key: string, value: object): void {
    this.write({ kind, key, value: JSON.stringify(value) });
  }

  forget(kind: RememberedKind, key: string): void {
    this.write({ kind, key, value: null });
  }

  kept(kind: RememberedKind): { key: string; value: unknown }[] {
    const rows = this.all.all(kind) as { key: string; value: string }[];
    return rows.map(({ key, value }) => ({ key, value: JSON.parse(value) as unknown }));
  }

  private write(word: Word): void {
    if (!this.database.isOpen) return;
    const wasBehind = this.behind.size > 0;
    const id = `${word.kind} ${word.key}`;
    this.behind.delete(id);
    this.behind.set(id, word);
    try {
      for (const [each, { kind, key, value }] of this.behind) {
        if (value === null) this.remove.run(kind, key);
        else this.put.run(kind, key, value);
        this.behind.delete(each);
      }
    } catch (error) {
      if (!wasBehind)
        this.log.error({ error: String(error) }, "what calls need after a kill of the box cannot be written");
      return;
    }
    if (wasBehind) this.log.warn({}, "what calls need after a kill of the box is written again");
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }
}
