/**
 * With `LA2_STORE=postgres` every office of the tests keeps its calls in one PostgreSQL server, which lives as long as the test run: those that the
 * tests configure (cti-box/testing/test-store.ts) and, by `LA2_POSTGRES`, those that the programs of the playground configure. At the end it says how many they were.
 */
import { PostgresProcess } from "../../cti-box/testing/postgres-process.ts";

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env["LA2_TEST_POSTGRES"] !== undefined) return undefined;
  // Nobody's own server takes part in the tests.
  process.env["LA2_POSTGRES"] = "";
  if (process.env["LA2_STORE"] !== "postgres") return undefined;
  const server = await PostgresProcess.start();
  process.env["LA2_TEST_POSTGRES"] = process.env["LA2_POSTGRES"] = server.url;
  return async () => {
    console.log(await whatItKept(server));
    await server.close();
  };
}

async function whatItKept(server: PostgresProcess): Promise<string> {
  const [kept] = await server.run<{ offices: string; steps: string; connections: string }>(
    `SELECT (SELECT count(*) FROM pg_tables WHERE tablename = 'journal') AS offices,
            (SELECT coalesce(sum(n_tup_ins), 0) FROM pg_stat_all_tables WHERE relname = 'journal') AS steps,
            (SELECT sessions FROM pg_stat_database WHERE datname = current_database()) AS connections`,
  );
  const { offices, steps, connections } = kept ?? { offices: "no", steps: "no", connections: "no" };
  return `\nPostgreSQL kept the calls of ${offices} offices: ${steps} steps, over ${connections} connections in all.`;
}
