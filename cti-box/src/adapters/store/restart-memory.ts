/**
 * What the box remembers to go on after a kill, in a small SQLite file of its own beside the call store, wherever that is: it is about the dialogs and ports of
 * this very machine. `synchronous = OFF`: a killed program loses nothing of it, and after a power cut there is nothing left to go on with.
 */
import { chmodSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { RememberedKind, RestartMemory } from "../../application/restart-memory.ts";

/** Raised when what is kept changes its meaning: what another version has written is forgotten. */
const version = 1;

export function openRestartMemory(path: string): SqliteRestartMemory {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = FAST;");
  // It holds media keys and passwords.
  if (path !== ":memory:") chmodSync(path, 0o600);
  const { user_version: written } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (written !== version) database.exec("DROP TABLE IF EXISTS kept");
  database.exec(
    `CREATE TABLE IF NOT EXISTS kept (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;
     PRAGMA user_version = ${version};`,
  );
  return new SqliteRestartMemory(database);
}

export class SqliteRestartMemory implements RestartMemory {
  private readonly database: DatabaseSync;
  private readonly put: StatementSync;
  private readonly remove: StatementSync;
  private readonly all: StatementSync;

  constructor(database: DatabaseSync) {
    this.database = database;
    this.put = database.prepare("INSERT OR REPLACE INTO kept (kind, key, value) VALUES (?, ?, ?)");
    this.remove = database.prepare("DELETE FROM kept WHERE kind = ? AND key = ?");
    this.all = database.prepare("SELECT key, value FROM kept WHERE kind = ? ORDER BY key");
  }

  keep(kind: RememberedKind, key: string, value: object): void {
    this.put.run(kind, key, JSON.stringify(value));
  }

  forget(kind: RememberedKind, key: string): void {
    if (this.database.isOpen) this.remove.run(kind, key);
  }

  kept(kind: RememberedKind): { key: string; value: unknown }[] {
    const rows = this.all.all(kind) as { key: string; value: string }[];
    return rows.map(({ key, value }) => ({ key, value: JSON.parse(value) as unknown }));
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }
}
