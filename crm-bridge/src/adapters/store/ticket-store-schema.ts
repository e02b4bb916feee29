/** Tables of the bridge's store. Tickets are kept whole as JSON, with columns for what is searched. */
export const ticketStoreSchema = `
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
