/** What the retention rules take out of the store in PostgreSQL, in steps of one transaction each. */
import type { CallRecordView } from "../../../domain/call/call-record.ts";
import type { MonthlyTotal } from "../../../domain/retention/monthly-totals.ts";
import type { RecordDetail } from "../../../domain/retention/retention-rules.ts";
import type { RetainedCalls } from "../../../application/ports.ts";
import { allDetails, detailTaken } from "../detail-taken.ts";
import { recordFrom } from "../stored-record.ts";
import { jsonText } from "./json-text.ts";
import type { PostgresConnection } from "./connection.ts";

export class PostgresRetainedCalls implements RetainedCalls {
  readonly #connection: PostgresConnection;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  async deleteJournal({ beforeMs, limit }: { beforeMs: number; limit: number }): Promise<number> {
    const journal = this.#deletion("journal", "seq");
    const events = this.#deletion("public_events", "cursor");
    const [row] = await this.#connection.ask<{ most: string }>({
      text: `WITH journaled AS (${journal}), told AS (${events})
             SELECT greatest((SELECT count(*) FROM journaled), (SELECT count(*) FROM told)) AS most`,
      values: [beforeMs, limit],
    });
    return Number(row?.most ?? 0);
  }

  async endedBefore(wanted: {
    beforeMs: number;
    moreThan: RecordDetail | null;
    limit: number;
  }): Promise<CallRecordView[]> {
    const level = wanted.moreThan === null ? allDetails : detailTaken[wanted.moreThan];
    const rows = await this.#connection.ask<{ record: Parameters<typeof recordFrom>[0] }>({
      text: `SELECT record FROM ${this.#schema}.calls
              WHERE ended_at_ms < $1 AND detail_taken < $2 ORDER BY ended_at_ms LIMIT $3`,
      values: [wanted.beforeMs, level, wanted.limit],
    });
    return rows.map(({ record }) => recordFrom(record));
  }

  async keepLess(records: readonly CallRecordView[], detail: RecordDetail): Promise<void> {
    await this.#connection.ask({
      text: `UPDATE ${this.#schema}.calls SET record = less.record::json, detail_taken = $3
               FROM unnest($1::text[], $2::text[]) AS less (call_id, record) WHERE calls.call_id = less.call_id`,
      values: [records.map(({ callId }) => callId), records.map(jsonText), detailTaken[detail]],
    });
  }

  async replaceByTotals(records: readonly CallRecordView[], totals: readonly MonthlyTotal[]): Promise<void> {
    await this.#connection.inTransaction(async (client) => {
      const callIds = records.map(({ callId }) => callId);
      await client.query(`DELETE FROM ${this.#schema}.calls WHERE call_id = ANY ($1::text[])`, [callIds]);
      for (const { month, kind, name, calls, connectedMs, costMillionths } of totals)
        await client.query(
          `INSERT INTO ${this.#schema}.monthly_totals AS sums VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (month, kind, name) DO UPDATE SET
             calls = sums.calls + excluded.calls,
             connected_ms = sums.connected_ms + excluded.connected_ms,
             cost_millionths = sums.cost_millionths + excluded.cost_millionths`,
          [month, kind, name, calls, connectedMs, costMillionths],
        );
    });
  }

  async monthlyTotals(): Promise<MonthlyTotal[]> {
    const rows = await this.#connection.ask<Record<keyof MonthlyTotal, string>>({
      text: `SELECT month, kind, name, calls, connected_ms AS "connectedMs", cost_millionths AS "costMillionths"
               FROM ${this.#schema}.monthly_totals ORDER BY month, kind, name`,
    });
    return rows.map((row) => ({
      ...(row as unknown as MonthlyTotal),
      calls: Number(row.calls),
      connectedMs: Number(row.connectedMs),
      costMillionths: Number(row.costMillionths),
    }));
  }

  #deletion(table: string, key: string): string {
    return `DELETE FROM ${this.#schema}.${table} WHERE ${key} IN (
      SELECT ${key} FROM ${this.#schema}.${table} AS old WHERE at_ms < $1 AND NOT EXISTS (
        SELECT 1 FROM ${this.#schema}.calls WHERE calls.call_id = old.call_id AND ended_at_ms IS NULL
      ) ORDER BY ${key} LIMIT $2) RETURNING 1`;
  }

  get #schema(): string {
    return this.#connection.schema;
  }
}
