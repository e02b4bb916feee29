/** Call detail records as they are looked for: by time, queue, trunk and what else reports ask. Compiled for each question; reports are rare. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { sql as raw, type SelectQueryBuilder } from "kysely";
import { sql } from "./call-sql.ts";
import { recordFromStored } from "./stored-record.ts";
import type { CallTables } from "./schema.ts";
import type { RecordFilter } from "../../application/ports.ts";
import type { CallRecordView } from "../../domain/call/call-record.ts";

type Query = SelectQueryBuilder<CallTables, "calls", { record: string }>;

/** Records that fit, in the order of their call ids, which is the order in which the calls came. */
export function findRecords(database: DatabaseSync, filter: RecordFilter): CallRecordView[] {
  const base = sql.selectFrom("calls").select("record").orderBy("call_id").limit(filter.limit);
  const { sql: text, parameters } = byParts(byTime(base, filter), filter).compile();
  const rows = database.prepare(text).all(...(parameters as SQLInputValue[])) as { record: string }[];
  return rows.map(({ record }) => recordFromStored(record));
}

function byTime(query: Query, { after, fromMs, toMs }: RecordFilter): Query {
  let found = query;
  if (after !== undefined) found = found.where("call_id", ">", after);
  if (fromMs !== undefined) found = found.where("started_at_ms", ">=", fromMs);
  if (toMs !== undefined) found = found.where("started_at_ms", "<", toMs);
  return found;
}

function byParts(query: Query, filter: RecordFilter): Query {
  const { contactId, queueId, direction, endCause, ticketId, tariff, trunkId } = filter;
  let found = query;
  if (contactId !== undefined) found = found.where("contact_id", "=", contactId);
  if (queueId !== undefined) found = found.where("queue_id", "=", queueId);
  if (direction !== undefined) found = found.where("direction", "=", direction);
  if (endCause !== undefined) found = found.where("end_cause", "=", endCause);
  if (ticketId !== undefined) found = found.where("ticket_id", "=", ticketId);
  if (tariff !== undefined) found = found.where(legWith("$.tariff", tariff));
  if (trunkId !== undefined) found = found.where(legWith("$.peer.name", trunkId, "trunk"));
  return found;
}

function legWith(path: string, value: string, kind: string | null = null) {
  const ofKind = kind === null ? raw`` : raw`and json_extract(value, '$.peer.kind') = ${kind}`;
  return raw<boolean>`exists (select 1 from json_each(record, '$.legs') where json_extract(value, ${path}) = ${value} ${ofKind})`;
}
