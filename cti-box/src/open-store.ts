/** The store that the configuration names: the office's own file, or a PostgreSQL server. */
import { join } from "node:path";
import { openPostgresCallStore } from "./adapters/store/postgres/postgres-call-store.ts";
import { openSqliteCallStore } from "./adapters/store/sqlite-call-store.ts";
import type { OfficeStore } from "./application/ports.ts";
import type { OfficeConfig } from "./config.ts";
import { placeOf } from "./config/store-section.ts";

/** Rejects with a message for people when it can be neither opened nor made. */
export async function openStore({ store, office, dataDirectory }: OfficeConfig): Promise<OfficeStore> {
  if (store === undefined) return openSqliteCallStore(join(dataDirectory, "calls.sqlite"));
  const { url, schema } = placeOf(store.postgres, office.officeId);
  const { host, pathname } = new URL(url);
  return openPostgresCallStore({ url, schema }).catch((cause: unknown) => {
    throw new Error(`PostgreSQL ${host}${pathname}, schema ${schema}: ${(cause as Error).message}`, { cause });
  });
}
