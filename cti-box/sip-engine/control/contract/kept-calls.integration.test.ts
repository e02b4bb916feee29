/** Dialogs that are handed to the next run of an application: one contract for the engine in a process of its own and for servers with the keeper before them (docs/decisions/0023). */
import { describe } from "vitest";
import { keepingServers } from "../../testing/keeping-servers.ts";
import { itKeepsCalls } from "./kept-calls.contract.ts";

describe.each(keepingServers())("$name", (server) => itKeepsCalls(server));
