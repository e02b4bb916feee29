/**
 * Writes steps of calls to PostgreSQL, each batch with one statement. When the connection is lost before the answer came, nobody knows whether the
 * batch was written. Each carries a name that is kept beside the cursor, and names the one that it follows: so it can be asked for, and of two attempts
 * with the same steps one finds that it comes too late. No step is written twice.
 */
import { randomUUID } from "node:crypto";
import type { PublicCallEvent } from "../../../domain/call/call-view.ts";
import { StoreFault } from "../../../application/ports.ts";
import type { Happening, JournalEntry } from "../../../application/ports.ts";
import { jsonText } from "./json-text.ts";
import type { PostgresConnection } from "./connection.ts";

type Attempt = { batch: string; entries: readonly JournalEntry[] };

export class JournalWriter {
  readonly #connection: PostgresConnection;
  readonly #statement: string;
  /** Whether they were written is not known. Each wants to follow the same batch, so at most one of them was. */
  #attempts: Attempt[] = [];
  /** The batch that the next one follows; undefined: not asked yet. */
  #previous: string | null | undefined;
  /** Of the entries that the caller believes unwritten, so many from the first one on are written. */
  #written: { count: number; published: readonly PublicCallEvent[] } = nothingWritten;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
    this.#statement = appendStatement(connection.schema);
  }

  /** Only one at a time. After a fault the same entries come again at the beginning of the next call, be it with others behind them. */
  async append(entries: readonly JournalEntry[]): Promise<PublicCallEvent[]> {
    if (this.#previous === undefined || this.#attempts.length > 0) await this.#askWhatIsWritten();
    const rest = entries.slice(this.#written.count);
    if (rest.length > 0) await this.#write(rest);
    const { published } = this.#written;
    this.#written = nothingWritten;
    return [...published];
  }

  async #askWhatIsWritten(): Promise<void> {
    const [row] = await this.#connection.ask<{ last: string; last_batch: string | null }>({
      text: `SELECT last, last_batch FROM ${this.#connection.schema}.public_cursor`,
    });
    if (row === undefined) throw new StoreFault("broken", "the count of cursors is gone");
    const written = this.#attempts.find(({ batch }) => batch === row.last_batch);
    this.#attempts = [];
    this.#previous = row.last_batch;
    if (written !== undefined) this.#remember(written.entries, Number(row.last) - happeningsOf(written.entries).length);
  }

  async #write(entries: readonly JournalEntry[]): Promise<void> {
    const attempt = { batch: randomUUID(), entries };
    this.#attempts.push(attempt);
    const [row] = await this.#connection.ask<{ before: string }>({
      name: "append",
      text: this.#statement,
      values: [attempt.batch, this.#previous, ...valuesOf(entries)],
    });
    if (row === undefined) throw new StoreFault("locked", "another write came first");
    this.#attempts = [];
    this.#previous = attempt.batch;
    this.#remember(entries, Number(row.before));
  }

  #remember(entries: readonly JournalEntry[], before: number): void {
    const { count, published } = this.#written;
    const more = happeningsOf(entries).map((happening, index) => ({ cursor: before + index + 1, ...happening }));
    this.#written = { count: count + entries.length, published: [...published, ...more] };
  }
}

const nothingWritten = { count: 0, published: [] };

function happeningsOf(entries: readonly JournalEntry[]): Happening[] {
  return entries.flatMap(({ published }) => published);
}

function valuesOf(entries: readonly JournalEntry[]): unknown[] {
  const happenings = entries.flatMap(({ callId, published }) => published.map((one) => ({ callId, one })));
  // Only the newest record of each call is worth writing.
  const records = [...new Map(entries.map(({ callId, record }) => [callId, record])).values()];
  return [
    happenings.length,
    entries.map(({ callId }) => callId),
    entries.map(({ event }) => event.atMs),
    entries.map(({ event }) => JSON.stringify(event)),
    happenings.map(({ callId }) => callId),
    happenings.map(({ one }) => one.atMs),
    happenings.map(({ one }) => JSON.stringify(one)),
    records.map(({ callId }) => callId),
    records.map(({ contactId }) => contactId),
    records.map(({ startedAtMs }) => startedAtMs),
    records.map(({ endedAtMs }) => endedAtMs),
    records.map(jsonText),
  ];
}

function appendStatement(schema: string): string {
  return `
    WITH counted AS (
      UPDATE ${schema}.public_cursor SET last = last + $3::bigint, last_batch = $1::uuid
       WHERE last_batch IS NOT DISTINCT FROM $2::uuid
      RETURNING last - $3::bigint AS before
    ), journaled AS (
      INSERT INTO ${schema}.journal (call_id, at_ms, event)
      SELECT call_id, at_ms, event
        FROM counted, unnest($4::text[], $5::bigint[], $6::text[]) WITH ORDINALITY AS step (call_id, at_ms, event, nth)
       ORDER BY nth
    ), published AS (
      INSERT INTO ${schema}.public_events (cursor, call_id, at_ms, body)
      SELECT before + nth, call_id, at_ms, body
        FROM counted, unnest($7::text[], $8::bigint[], $9::text[]) WITH ORDINALITY AS one (call_id, at_ms, body, nth)
    ), recorded AS (
      INSERT INTO ${schema}.calls (call_id, contact_id, started_at_ms, ended_at_ms, record)
      SELECT call_id, contact_id, started_at_ms, ended_at_ms, record::json
        FROM counted, unnest($10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::text[])
             AS newest (call_id, contact_id, started_at_ms, ended_at_ms, record)
      ON CONFLICT (call_id) DO UPDATE SET ended_at_ms = excluded.ended_at_ms, record = excluded.record
    )
    SELECT before FROM counted`;
}
