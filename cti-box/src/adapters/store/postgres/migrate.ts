/** Makes the schema of the office, or brings it up to this version of the box. */
import type { PoolClient } from "pg";
import { StoreFault } from "../../../application/ports.ts";
import type { PostgresConnection } from "./connection.ts";
import { postgresMigrations } from "./schema.ts";

export async function migratePostgres(connection: PostgresConnection): Promise<void> {
  const { schema } = connection;
  await connection.inTransaction(async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtext($1))", [`la2-cti ${schema}`]);
    const { rows } = await client.query<{ is_there: boolean }>("SELECT to_regnamespace($1) IS NOT NULL AS is_there", [
      schema,
    ]);
    // Who may not create schemas can be given one.
    if (rows[0]?.is_there !== true) await client.query(`CREATE SCHEMA ${schema}`);
    await client.query(`CREATE TABLE IF NOT EXISTS ${schema}.migrations (version integer PRIMARY KEY)`);
    await applyMissing(client, schema);
  });
}

async function applyMissing(client: PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT coalesce(max(version), 0) AS version FROM ${schema}.migrations`,
  );
  const version = rows[0]?.version ?? 0;
  const known = postgresMigrations.length;
  if (version > known)
    throw new StoreFault(
      "broken",
      `the call store is of a newer version (${version}) than this program knows (${known})`,
    );
  for (const [index, migration] of postgresMigrations.entries()) {
    if (index < version) continue;
    await client.query(migration.replaceAll("{schema}", schema));
    await client.query(`INSERT INTO ${schema}.migrations VALUES ($1)`, [index + 1]);
  }
}
