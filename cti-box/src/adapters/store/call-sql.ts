/** Kysely only writes the SQL of the call store; nothing of it runs later. */
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql as raw } from "kysely";
import type { LegSearch } from "./record-queries.ts";
import type { CallTables } from "./schema.ts";

export const sql = new Kysely<CallTables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

export const legWith: LegSearch = ({ place, value, peerKind }) => {
  const ofKind = peerKind === null ? raw`` : raw`and json_extract(value, '$.peer.kind') = ${peerKind}`;
  return raw<boolean>`exists (select 1 from json_each(record, '$.legs') where json_extract(value, ${`$.${place}`}) = ${value} ${ofKind})`;
};
