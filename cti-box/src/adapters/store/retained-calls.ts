/** What the retention rules take out of the store, in steps of one transaction each. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { allDetails, detailTaken } from "./detail-taken.ts";
import { inTransaction } from "./in-transaction.ts";
import { orFault } from "./sqlite-faults.ts";
import { recordFromStored } from "./stored-record.ts";
import type { RetainedCalls } from "../../application/ports.ts";
import type { CallRecordView } from "../../domain/call/call-record.ts";
import type { MonthlyTotal } from "../../domain/retention/monthly-totals.ts";
import type { RecordDetail } from "../../domain/retention/retention-rules.ts";

const notInProgress = (table: string): string =>
  `NOT EXISTS (SELECT 1 FROM calls WHERE calls.call_id = ${table}.call_id AND ended_at_ms IS NULL)`;

export class SqliteRetainedCalls implements RetainedCalls {
  private readonly database: DatabaseSync;
  private readonly run: ReturnType<typeof prepareStatements>;

  constructor(database: DatabaseSync) {
    this.database = database;
    this.run = prepareStatements(database);
  }

  async deleteJournal({ beforeMs, limit }: { beforeMs: number; limit: number }): Promise<number> {
    return inTransaction(this.database, () => {
      const journal = this.run.deleteJournal.run(beforeMs, limit);
      const events = this.run.deleteEvents.run(beforeMs, limit);
      return Math.max(Number(journal.changes), Number(events.changes));
    });
  }

  async endedBefore(wanted: {
    beforeMs: number;
    moreThan: RecordDetail | null;
    limit: number;
  }): Promise<CallRecordView[]> {
    const level = wanted.moreThan === null ? allDetails : detailTaken[wanted.moreThan];
    const rows = orFault(() => this.run.endedBefore.all(wanted.beforeMs, level, wanted.limit)) as { record: string }[];
    return rows.map(({ record }) => recordFromStored(record));
  }

  async keepLess(records: readonly CallRecordView[], detail: RecordDetail): Promise<void> {
    inTransaction(this.database, () => {
      for (const record of records) this.run.keepLess.run(JSON.stringify(record), detailTaken[detail], record.callId);
    });
  }

  async replaceByTotals(records: readonly CallRecordView[], totals: readonly MonthlyTotal[]): Promise<void> {
    inTransaction(this.database, () => {
      for (const { callId } of records) this.run.deleteRecord.run(callId);
      for (const { month, kind, name, calls, connectedMs, costMillionths } of totals)
        this.run.addTotal.run(month, kind, name, calls, connectedMs, costMillionths);
    });
  }

  async monthlyTotals(): Promise<MonthlyTotal[]> {
    return orFault(() => this.run.totals.all()) as MonthlyTotal[];
  }
}

function prepareStatements(database: DatabaseSync) {
  const prepare = (text: string): StatementSync => database.prepare(text);
  return {
    deleteJournal: prepare(
      `DELETE FROM journal WHERE seq IN
         (SELECT seq FROM journal WHERE at_ms < ? AND ${notInProgress("journal")} ORDER BY seq LIMIT ?)`,
    ),
    deleteEvents: prepare(
      `DELETE FROM public_events WHERE cursor IN
         (SELECT cursor FROM public_events WHERE at_ms < ? AND ${notInProgress("public_events")} ORDER BY cursor LIMIT ?)`,
    ),
    endedBefore: prepare(
      "SELECT record FROM calls WHERE ended_at_ms < ? AND detail_taken < ? ORDER BY ended_at_ms LIMIT ?",
    ),
    keepLess: prepare("UPDATE calls SET record = ?, detail_taken = ? WHERE call_id = ?"),
    deleteRecord: prepare("DELETE FROM calls WHERE call_id = ?"),
    addTotal: prepare(
      `INSERT INTO monthly_totals VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         calls = calls + excluded.calls,
         connected_ms = connected_ms + excluded.connected_ms,
         cost_millionths = cost_millionths + excluded.cost_millionths`,
    ),
    totals: prepare(
      `SELECT month, kind, name, calls, connected_ms AS connectedMs, cost_millionths AS costMillionths
         FROM monthly_totals ORDER BY month, kind, name`,
    ),
  };
}
