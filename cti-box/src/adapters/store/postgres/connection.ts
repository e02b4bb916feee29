/** Connections to the PostgreSQL server of the office. One that breaks is replaced by the next question; nothing waits longer than its time. */
import { Pool, type PoolClient, type QueryConfig } from "pg";
import { postgresFault } from "./postgres-faults.ts";

export type PostgresPlace = {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  url: string;
  /** Schema of this office's tables. */
  schema: string;
};

const connectMs = 2_000;
/** The server gives up a statement first, then the client. */
const statementMs = 8_000;
const questionMs = 10_000;
/** One writes; reports, pages of records and followers' past read. */
const mostConnections = 5;

export class PostgresConnection {
  readonly schemaName: string;
  /** Quoted, as it stands before the name of a table. */
  readonly schema: string;
  readonly #pool: Pool;
  #end: Promise<void> | null = null;

  constructor({ url, schema }: PostgresPlace) {
    this.schemaName = schema;
    this.schema = `"${schema}"`;
    this.#pool = new Pool({
      connectionString: url,
      max: mostConnections,
      connectionTimeoutMillis: connectMs,
      statement_timeout: statementMs,
      query_timeout: questionMs,
      keepAlive: true,
      application_name: `la2-cti ${schema}`,
    });
    // An idle connection that breaks is no fault yet: the next question makes a new one, or says that it cannot.
    this.#pool.on("error", () => undefined);
  }

  /** One statement, which is a transaction of its own. Rejects with a `StoreFault`. */
  async ask<Row extends object>(question: QueryConfig): Promise<Row[]> {
    try {
      const { rows } = await this.#pool.query<Row>(question);
      return rows;
    } catch (error) {
      throw postgresFault(error);
    }
  }

  /** All of the work in one transaction, or nothing of it. */
  async inTransaction(work: (client: PoolClient) => Promise<void>): Promise<void> {
    let client: PoolClient | null = null;
    try {
      client = await this.#pool.connect();
      await client.query("BEGIN");
      await work(client);
      await client.query("COMMIT");
      client.release();
    } catch (error) {
      // A connection that is closed takes its transaction with it.
      client?.release(true);
      throw postgresFault(error);
    }
  }

  close(): Promise<void> {
    return (this.#end ??= this.#pool.end());
  }
}
