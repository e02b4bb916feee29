/** What a run's configuration says of the store: `LA2_STORE=postgres` (`npm run test:postgres`) keeps all calls in one PostgreSQL server, and refuses SQLite. */

export const isOnPostgres = process.env["LA2_STORE"] === "postgres";

export const onStoreOfTheRun = {
  globalSetup: new URL("postgres-for-the-run.ts", import.meta.url).pathname,
  ...(isOnPostgres && { execArgv: ["--import", new URL("refuse-sqlite.ts", import.meta.url).href] }),
};

/** These are about SQLite itself, and may open it in any run. */
export const aboutSqlite = [
  "cti-box/src/adapters/store/sqlite-call-store.test.ts",
  "cti-box/src/adapters/store/earlier-versions.test.ts",
  "cti-box/src/adapters/store/store-faults.integration.test.ts",
];
