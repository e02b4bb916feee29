/** Kysely writes the questions about records for PostgreSQL as it does for SQLite. */
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql as raw } from "kysely";
import type { LegSearch } from "../record-queries.ts";
import type { CallTables } from "../schema.ts";

export const postgresSql = new Kysely<CallTables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

export const postgresLegWith: LegSearch = ({ place, value, peerKind }) => {
  const path = `{${place.replace(".", ",")}}`;
  const ofKind = peerKind === null ? raw`` : raw`and leg #>> '{peer,kind}' = ${peerKind}`;
  return raw<boolean>`exists (select 1 from json_array_elements(record -> 'legs') as leg where leg #>> ${path}::text[] = ${value} ${ofKind})`;
};
