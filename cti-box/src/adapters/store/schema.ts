/** Tables of the call store and how they came to be. A migration is never changed once released; a new one is added. */

import type { Generated } from "kysely";

export type CallTables = {
  /** Every event of every call, in order: the truth from which all else can be made again. */
  journal: { seq: number; call_id: string; at_ms: number; event: string };
  /** Public events as consumers read them; the cursor is the row id, never reused. */
  public_events: { cursor: number; call_id: string; at_ms: number; body: string };
  /** Newest record of each call. `ended_at_ms` null: the call had not ended when the box last wrote. */
  calls: {
    call_id: string;
    contact_id: string;
    started_at_ms: number;
    ended_at_ms: number | null;
    record: string;
    /** These are read out of the record by the database itself. */
    queue_id: Generated<string | null>;
    direction: Generated<string>;
    end_cause: Generated<string | null>;
    ticket_id: Generated<string | null>;
    /** What the retention rules have taken out: 0 nothing, 1 operators, 2 numbers as well. */
    detail_taken: Generated<number>;
  };
};

export const migrations: readonly string[] = [
  `CREATE TABLE journal (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     call_id TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     event TEXT NOT NULL
   ) STRICT;
   CREATE INDEX journal_by_call ON journal (call_id, seq);
   CREATE TABLE public_events (
     cursor INTEGER PRIMARY KEY AUTOINCREMENT,
     call_id TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE TABLE calls (
     call_id TEXT PRIMARY KEY,
     contact_id TEXT NOT NULL,
     started_at_ms INTEGER NOT NULL,
     ended_at_ms INTEGER,
     record TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX calls_by_contact ON calls (contact_id);
   CREATE INDEX calls_unfinished ON calls (call_id) WHERE ended_at_ms IS NULL;`,
  // Records written before the direction was noted are of calls that came in, or of colleagues, who had no queue.
  `ALTER TABLE calls ADD COLUMN queue_id TEXT GENERATED ALWAYS AS (json_extract(record, '$.queueId')) VIRTUAL;
   ALTER TABLE calls ADD COLUMN direction TEXT GENERATED ALWAYS AS (
     coalesce(json_extract(record, '$.direction'), iif(json_extract(record, '$.queueId') IS NULL, 'internal', 'in'))
   ) VIRTUAL;
   ALTER TABLE calls ADD COLUMN end_cause TEXT GENERATED ALWAYS AS (json_extract(record, '$.endCause')) VIRTUAL;
   ALTER TABLE calls ADD COLUMN ticket_id TEXT GENERATED ALWAYS AS (json_extract(record, '$.ticketId')) VIRTUAL;
   CREATE INDEX calls_by_start ON calls (started_at_ms);
   CREATE INDEX calls_by_ticket ON calls (ticket_id) WHERE ticket_id IS NOT NULL;`,
  `ALTER TABLE calls ADD COLUMN detail_taken INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX calls_by_end ON calls (ended_at_ms, detail_taken) WHERE ended_at_ms IS NOT NULL;
   CREATE TABLE monthly_totals (
     month TEXT NOT NULL,
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     calls INTEGER NOT NULL,
     connected_ms INTEGER NOT NULL,
     cost_millionths INTEGER NOT NULL,
     PRIMARY KEY (month, kind, name)
   ) STRICT, WITHOUT ROWID;`,
];
