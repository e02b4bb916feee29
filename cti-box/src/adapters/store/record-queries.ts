/** Call detail records as they are looked for: by time, queue, trunk and what else reports ask. Compiled for each question; reports are rare. */
import type { CompiledQuery, Kysely, RawBuilder, SelectQueryBuilder } from "kysely";
import type { CallTables } from "./schema.ts";
import type { RecordFilter } from "../../application/ports.ts";

type Query = SelectQueryBuilder<CallTables, "calls", { record: string }>;

/** How a database looks into the legs of a record: is there one with this value in the place, and a peer of this kind? */
export type LegSearch = (wanted: {
  place: "tariff" | "peer.name";
  value: string;
  peerKind: string | null;
}) => RawBuilder<boolean>;

/** Records that fit, in the order of their call ids, which is the order in which the calls came. */
export function recordQuery(
  { sql, legWith }: { sql: Pick<Kysely<CallTables>, "selectFrom">; legWith: LegSearch },
  filter: RecordFilter,
): CompiledQuery<{ record: string }> {
  const base = sql.selectFrom("calls").select("record").orderBy("call_id").limit(filter.limit);
  return byLegs(byParts(byTime(base, filter), filter), { filter, legWith }).compile();
}

function byTime(query: Query, { after, fromMs, toMs }: RecordFilter): Query {
  let found = query;
  if (after !== undefined) found = found.where("call_id", ">", after);
  if (fromMs !== undefined) found = found.where("started_at_ms", ">=", fromMs);
  if (toMs !== undefined) found = found.where("started_at_ms", "<", toMs);
  return found;
}

function byParts(query: Query, filter: RecordFilter): Query {
  const { contactId, queueId, direction, endCause, ticketId } = filter;
  let found = query;
  if (contactId !== undefined) found = found.where("contact_id", "=", contactId);
  if (queueId !== undefined) found = found.where("queue_id", "=", queueId);
  if (direction !== undefined) found = found.where("direction", "=", direction);
  if (endCause !== undefined) found = found.where("end_cause", "=", endCause);
  if (ticketId !== undefined) found = found.where("ticket_id", "=", ticketId);
  return found;
}

function byLegs(query: Query, { filter, legWith }: { filter: RecordFilter; legWith: LegSearch }): Query {
  const { tariff, trunkId } = filter;
  let found = query;
  if (tariff !== undefined) found = found.where(legWith({ place: "tariff", value: tariff, peerKind: null }));
  if (trunkId !== undefined) found = found.where(legWith({ place: "peer.name", value: trunkId, peerKind: "trunk" }));
  return found;
}
