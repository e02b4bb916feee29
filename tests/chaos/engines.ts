/** Where the signalling of a box may be done that is killed: the engine in a process of its own, and the server whose command `LA2_DRACHTIO_COMMAND` names (docs/reliability.md). */
import { freePort } from "../../cti-box/sip-engine/testing/sipp/run-scenario.ts";
import { otherServer, ServerProcess, type ServerKind } from "../../cti-box/sip-engine/testing/server-process.ts";
import type { ChaosEngine } from "./chaos-office.ts";

export type EngineOfChaos = { name: string; engine: ChaosEngine };

export const ownProcess: EngineOfChaos = {
  name: "the engine in a process of its own",
  engine: async () => ({ config: { kind: "own-process" }, close: async () => undefined }),
};

export function enginesOfChaos(): EngineOfChaos[] {
  const server = otherServer();
  return server === null
    ? [ownProcess]
    : [ownProcess, { name: server.name, engine: (contacts) => started(server, contacts) }];
}

async function started(kind: ServerKind, contacts: readonly string[]): ReturnType<ChaosEngine> {
  const [, host = "", port = ""] = /^sip:([\d.]+):(\d+)/.exec(contacts[0] ?? "") ?? [];
  const place = { host, sipPort: Number(port), adminPort: await freePort(), secret: "secret-of-chaos" };
  // Its command names the first contact; the page's WebSocket is another one.
  const after = contacts.slice(1).flatMap((contact) => ["--contact", contact]);
  const server = await ServerProcess.start(kind, place, { after });
  const { adminPort, secret } = place;
  return { config: { kind: "drachtio-server", host, port: adminPort, secret }, close: () => server.close() };
}
