/** With `LA2_STORE=postgres` the offices of the tests keep their calls in one PostgreSQL server, which lives as long as the test run. */
import { PostgresProcess } from "../../cti-box/testing/postgres-process.ts";

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env["LA2_STORE"] !== "postgres" || process.env["LA2_TEST_POSTGRES"] !== undefined) return undefined;
  const server = await PostgresProcess.start();
  process.env["LA2_TEST_POSTGRES"] = server.url;
  return () => server.close();
}
