import { itIsACallStore } from "./call-store.contract.ts";
import { openSqliteCallStore } from "./sqlite-call-store.ts";

itIsACallStore({ name: "SQLite", open: async () => openSqliteCallStore(":memory:") });
