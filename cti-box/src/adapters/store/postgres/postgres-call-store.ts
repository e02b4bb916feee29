/** The journal of calls in PostgreSQL. The server may be away at any time: then a question is refused in a few seconds, and the next one connects again. */
import type { CallEvent } from "../../../domain/call/call-event.ts";
import type { CallRecordView } from "../../../domain/call/call-record.ts";
import type { PublicCallEvent } from "../../../domain/call/call-view.ts";
import type { CallId } from "../../../domain/call/ids.ts";
import type { JournalEntry, OfficeStore, RecordFilter } from "../../../application/ports.ts";
import { recordQuery } from "../record-queries.ts";
import { recordFrom } from "../stored-record.ts";
import { PostgresConnection, type PostgresPlace } from "./connection.ts";
import { JournalWriter } from "./journal-writer.ts";
import { migratePostgres } from "./migrate.ts";
import { postgresLegWith, postgresSql } from "./postgres-sql.ts";
import { PostgresRetainedCalls } from "./postgres-retained-calls.ts";

type StoredRow = { record: Parameters<typeof recordFrom>[0] };

/** Rejects with a `StoreFault` when the server cannot be reached, or the schema neither made nor brought up to date. */
export async function openPostgresCallStore(place: PostgresPlace): Promise<PostgresCallStore> {
  const connection = new PostgresConnection(place);
  try {
    await migratePostgres(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return new PostgresCallStore(connection);
}

export class PostgresCallStore implements OfficeStore {
  readonly retained: PostgresRetainedCalls;
  readonly #connection: PostgresConnection;
  readonly #writer: JournalWriter;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
    this.#writer = new JournalWriter(connection);
    this.retained = new PostgresRetainedCalls(connection);
  }

  append(entries: readonly JournalEntry[]): Promise<PublicCallEvent[]> {
    return this.#writer.append(entries);
  }

  async eventsAfter(cursor: number, limit: number): Promise<PublicCallEvent[]> {
    const rows = await this.#connection.ask<{ cursor: string; body: string }>({
      text: `SELECT cursor, body FROM ${this.#schema}.public_events WHERE cursor > $1 ORDER BY cursor LIMIT $2`,
      values: [cursor, limit],
    });
    return rows.map((row) => ({ cursor: Number(row.cursor), ...JSON.parse(row.body) }) as PublicCallEvent);
  }

  async lastCursor(): Promise<number> {
    const text = `SELECT last FROM ${this.#schema}.public_cursor`;
    const [row] = await this.#connection.ask<{ last: string }>({ text });
    return Number(row?.last ?? 0);
  }

  async records(filter: RecordFilter): Promise<CallRecordView[]> {
    const sql = postgresSql.withSchema(this.#connection.schemaName);
    const { sql: text, parameters } = recordQuery({ sql, legWith: postgresLegWith }, filter);
    const rows = await this.#connection.ask<StoredRow>({ text, values: [...parameters] });
    return rows.map(({ record }) => recordFrom(record));
  }

  async latestRecords({ callIdPrefix, limit }: { callIdPrefix: string; limit: number }): Promise<CallRecordView[]> {
    // No character of an identifier comes after the tilde.
    const rows = await this.#connection.ask<StoredRow>({
      text: `SELECT record FROM ${this.#schema}.calls WHERE call_id >= $1 AND call_id < $2 ORDER BY call_id DESC LIMIT $3`,
      values: [callIdPrefix, `${callIdPrefix}~`, limit],
    });
    return rows.map(({ record }) => recordFrom(record));
  }

  async unfinishedCalls(): Promise<{ callId: CallId; events: CallEvent[] }[]> {
    const rows = await this.#connection.ask<{ call_id: string; events: string[] }>({
      text: `SELECT call_id, array_agg(event ORDER BY seq) AS events
               FROM ${this.#schema}.journal JOIN ${this.#schema}.calls USING (call_id)
              WHERE ended_at_ms IS NULL GROUP BY call_id ORDER BY call_id`,
    });
    return rows.map(({ call_id: callId, events }) => ({
      callId: callId as CallId,
      events: events.map((event) => JSON.parse(event) as CallEvent),
    }));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  get #schema(): string {
    return this.#connection.schema;
  }
}
