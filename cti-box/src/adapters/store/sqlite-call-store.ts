/**
 * The journal of calls in SQLite (`node:sqlite`, WAL). Queries are written with Kysely and compiled once; they run at once, as prepared
 * statements in one go, so a transaction never has another one in its middle.
 *
 * `synchronous = NORMAL`: a killed program loses nothing that was acknowledged; only the last moments before a power cut may be missing,
 * and the file stays consistent. FULL would add a disk flush to the ringing of every phone.
 */
import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import { legWith, sql } from "./call-sql.ts";
import { recordQuery } from "./record-queries.ts";
import { inTransaction } from "./in-transaction.ts";
import { orFault } from "./sqlite-faults.ts";
import { migrations } from "./schema.ts";
import { SqliteRetainedCalls } from "./retained-calls.ts";
import { recordFromStored } from "./stored-record.ts";
import type { OfficeStore, JournalEntry, RecordFilter } from "../../application/ports.ts";
import type { CallEvent } from "../../domain/call/call-event.ts";
import type { CallRecordView } from "../../domain/call/call-record.ts";
import type { PublicCallEvent } from "../../domain/call/call-view.ts";
import type { CallId } from "../../domain/call/ids.ts";

/** Opens (and where needed creates) the store at `path`; `:memory:` for a store that is forgotten. */
export function openSqliteCallStore(path: string): SqliteCallStore {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA secure_delete = FAST;",
  );
  migrate(database);
  // From now on nobody waits inside of SQLite: the box would stand still. The journal tries again on its own.
  database.exec("PRAGMA busy_timeout = 0;");
  return new SqliteCallStore(database);
}

export class SqliteCallStore implements OfficeStore {
  /** What the retention rules work on. */
  readonly retained: SqliteRetainedCalls;
  private readonly database: DatabaseSync;
  private readonly run: ReturnType<typeof prepareStatements>;

  constructor(database: DatabaseSync) {
    this.database = database;
    this.run = prepareStatements(database);
    this.retained = new SqliteRetainedCalls(database);
  }

  async append(entries: readonly JournalEntry[]): Promise<PublicCallEvent[]> {
    return inTransaction(this.database, () => {
      const published = entries.flatMap((entry) => this.insert(entry));
      // Only the newest record of each call is worth writing.
      for (const record of new Map(entries.map(({ callId, record }) => [callId, record])).values()) {
        const { callId, contactId, startedAtMs, endedAtMs } = record;
        this.run.upsertCall.run(callId, contactId, startedAtMs, endedAtMs, JSON.stringify(record));
      }
      return published;
    });
  }

  private insert({ callId, event, published }: JournalEntry): PublicCallEvent[] {
    this.run.insertJournal.run(callId, event.atMs, JSON.stringify(event));
    return published.map((happening) => {
      const { lastInsertRowid } = this.run.insertEvent.run(callId, happening.atMs, JSON.stringify(happening));
      return { cursor: Number(lastInsertRowid), ...happening };
    });
  }

  async eventsAfter(cursor: number, limit: number): Promise<PublicCallEvent[]> {
    const rows = orFault(() => this.run.eventsAfter.all(cursor, limit)) as { cursor: number; body: string }[];
    return rows.map((row) => ({ cursor: row.cursor, ...JSON.parse(row.body) }) as PublicCallEvent);
  }

  async lastCursor(): Promise<number> {
    const row = orFault(() => this.run.lastCursor.get()) as { seq: number } | undefined;
    return row?.seq ?? 0;
  }

  async records(filter: RecordFilter): Promise<CallRecordView[]> {
    const { sql: text, parameters } = recordQuery({ sql, legWith }, filter);
    const rows = orFault(() => this.database.prepare(text).all(...(parameters as SQLInputValue[])));
    return (rows as { record: string }[]).map(({ record }) => recordFromStored(record));
  }

  async latestRecords({ callIdPrefix, limit }: { callIdPrefix: string; limit: number }): Promise<CallRecordView[]> {
    // No character of an identifier comes after the tilde.
    const rows = orFault(() => this.run.latestRecords.all(callIdPrefix, `${callIdPrefix}~`, limit));
    return (rows as { record: string }[]).map((row) => recordFromStored(row.record));
  }

  async unfinishedCalls(): Promise<{ callId: CallId; events: CallEvent[] }[]> {
    const rows = orFault(() => this.run.unfinished.all()) as { call_id: string }[];
    return rows.map((row) => {
      const events = orFault(() => this.run.journalOf.all(row.call_id)) as { event: string }[];
      return {
        callId: row.call_id as CallId,
        events: events.map((one) => JSON.parse(one.event) as CallEvent),
      };
    });
  }

  async close(): Promise<void> {
    if (this.database.isOpen) this.database.close();
  }
}

function migrate(database: DatabaseSync): void {
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > migrations.length) {
    throw new Error(`the call store is of a newer version (${version}) than this program knows (${migrations.length})`);
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN; ${migration} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}

function prepareStatements(database: DatabaseSync) {
  const prepare = (query: { compile(): { sql: string } }): StatementSync => database.prepare(query.compile().sql);
  /** Values are bound when the statement runs; the compiled text only needs a place for each. */
  const text = "" as string;
  const number = 0 as number;
  return {
    insertJournal: prepare(sql.insertInto("journal").values({ call_id: text, at_ms: number, event: text } as never)),
    insertEvent: prepare(sql.insertInto("public_events").values({ call_id: text, at_ms: number, body: text } as never)),
    upsertCall: prepare(
      sql
        .insertInto("calls")
        .values({ call_id: text, contact_id: text, started_at_ms: number, ended_at_ms: number, record: text })
        .onConflict((conflict) =>
          conflict.column("call_id").doUpdateSet((excluded) => ({
            ended_at_ms: excluded.ref("excluded.ended_at_ms"),
            record: excluded.ref("excluded.record"),
          })),
        ),
    ),
    eventsAfter: prepare(
      sql
        .selectFrom("public_events")
        .select(["cursor", "body"])
        .where("cursor", ">", number)
        .orderBy("cursor")
        .limit(1),
    ),
    lastCursor: database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'public_events'"),
    latestRecords: prepare(
      sql
        .selectFrom("calls")
        .select("record")
        .where("call_id", ">=", text)
        .where("call_id", "<", text)
        .orderBy("call_id", "desc")
        .limit(1),
    ),
    unfinished: prepare(sql.selectFrom("calls").select("call_id").where("ended_at_ms", "is", null).orderBy("call_id")),
    journalOf: prepare(sql.selectFrom("journal").select("event").where("call_id", "=", text).orderBy("seq")),
  };
}
