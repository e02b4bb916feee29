/**
 * The same tables in PostgreSQL, in a schema of the office's own. A migration is never changed once released; a new one is added.
 *
 * Cursors are counted in `public_cursor` and not by a sequence: its one row is locked until the transaction is over, so that cursors become visible in
 * their order and a follower never misses a lower one that was committed later. The same row knows the last batch, for a connection that is
 * lost before the answer came.
 */

/** `{schema}` stands for the quoted name of the schema. */
export const postgresMigrations: readonly string[] = [
  `CREATE TABLE {schema}.journal (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     call_id text COLLATE "C" NOT NULL,
     at_ms bigint NOT NULL,
     event text NOT NULL
   );
   CREATE INDEX journal_by_call ON {schema}.journal (call_id, seq);
   CREATE TABLE {schema}.public_events (
     cursor bigint PRIMARY KEY,
     call_id text COLLATE "C" NOT NULL,
     at_ms bigint NOT NULL,
     body text NOT NULL
   );
   CREATE TABLE {schema}.public_cursor (
     one boolean PRIMARY KEY DEFAULT true CHECK (one),
     last bigint NOT NULL,
     last_batch uuid
   );
   INSERT INTO {schema}.public_cursor (last) VALUES (0);
   CREATE TABLE {schema}.calls (
     call_id text COLLATE "C" PRIMARY KEY,
     contact_id text NOT NULL,
     started_at_ms bigint NOT NULL,
     ended_at_ms bigint,
     record json NOT NULL,
     queue_id text GENERATED ALWAYS AS (record ->> 'queueId') STORED,
     direction text NOT NULL GENERATED ALWAYS AS (record ->> 'direction') STORED,
     end_cause text GENERATED ALWAYS AS (record ->> 'endCause') STORED,
     ticket_id text GENERATED ALWAYS AS (record ->> 'ticketId') STORED,
     detail_taken integer NOT NULL DEFAULT 0
   );
   CREATE INDEX calls_by_contact ON {schema}.calls (contact_id);
   CREATE INDEX calls_unfinished ON {schema}.calls (call_id) WHERE ended_at_ms IS NULL;
   CREATE INDEX calls_by_start ON {schema}.calls (started_at_ms);
   CREATE INDEX calls_by_ticket ON {schema}.calls (ticket_id) WHERE ticket_id IS NOT NULL;
   CREATE INDEX calls_by_end ON {schema}.calls (ended_at_ms, detail_taken) WHERE ended_at_ms IS NOT NULL;
   CREATE TABLE {schema}.monthly_totals (
     month text NOT NULL,
     kind text NOT NULL,
     name text NOT NULL,
     calls bigint NOT NULL,
     connected_ms bigint NOT NULL,
     cost_millionths bigint NOT NULL,
     PRIMARY KEY (month, kind, name)
   );`,
];
