/**
 * Tables of the bridge's store. Tickets are kept whole as JSON, with columns for what is searched. `PRAGMA user_version` counts the steps that a file has
 * gone through; a step that was released is never changed, only followed by another.
 */
import type { DatabaseSync } from "node:sqlite";

const first = `
  CREATE TABLE IF NOT EXISTS ticket (ticket_id TEXT PRIMARY KEY, local_ticket_id TEXT NOT NULL, public_code TEXT NOT NULL, phone TEXT, subject TEXT NOT NULL,
    updated_at TEXT NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS ticket_phone ON ticket (phone, updated_at);
  CREATE INDEX IF NOT EXISTS ticket_local ON ticket (local_ticket_id);
  CREATE INDEX IF NOT EXISTS ticket_code ON ticket (public_code);
  CREATE TABLE IF NOT EXISTS transfer (transfer_id TEXT PRIMARY KEY, ticket_id TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS given_number (ticket_id TEXT PRIMARY KEY, year INTEGER NOT NULL, number TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS update_seen (update_id TEXT PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS call (call_id TEXT PRIMARY KEY, transfer_id TEXT, ticket_id TEXT, body TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS call_transfer ON call (transfer_id);
  CREATE INDEX IF NOT EXISTS call_ticket ON call (ticket_id);
  CREATE TABLE IF NOT EXISTS pop (call_id TEXT PRIMARY KEY, operator_login TEXT NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS task (task_id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, lane TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS task_lane ON task (target, lane, task_id);
`;

const transferWords = `
  CREATE TABLE transfer_word (transfer_id TEXT PRIMARY KEY, body TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
  CREATE TABLE pop_revision (call_id TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT;
  ALTER TABLE task ADD COLUMN is_sent INTEGER NOT NULL DEFAULT 0;
  UPDATE task SET is_sent = 1 WHERE attempts > 0;
`;

const steps = [first, transferWords] as const;

/** Brings the file to the present form, all of it or nothing. Throws for a file of a later program. */
export function migrate(db: DatabaseSync): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version > steps.length)
      throw new Error(`the ticket store is of version ${version}, this program knows ${steps.length} at most`);
    for (const step of steps.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${steps.length}`);
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
