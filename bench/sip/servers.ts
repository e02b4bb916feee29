/** A server that is measured, with its application. */
import { fileURLToPath } from "node:url";
import { wordsOf, type ServerKind } from "../../cti-box/sip-engine/testing/server-process.ts";
import { Child } from "../child.ts";

export const secret = "benchmark";
export const ports = { admin: 19_022, sip: 15_060 } as const;

export type Running = { server: Child; application: Child; close(): Promise<void> };

/** The application is given the memory that an operator would give it; the same with every server. */
export const applicationFlags = ["--max-semi-space-size=16", "--heap-growing-percent=50"] as const;

/** Starts the server and its application, each on its core, and waits until they talk to each other. */
export async function startServer(kind: ServerKind, cores: Cores): Promise<Running> {
  const filled = wordsOf(kind, { host: "127.0.0.1", adminPort: ports.admin, sipPort: ports.sip, secret });
  const server = Child.start(kind.name, filled, { core: cores.server });
  const script = fileURLToPath(new URL("back-to-back.ts", import.meta.url));
  const words = [process.execPath, ...applicationFlags, script, String(ports.admin), secret];
  const application = Child.start("application", words, { core: cores.application });
  const close = async (): Promise<void> => {
    await application.close();
    await server.close();
  };
  try {
    await application.says("connected", 15_000);
    return { server, application, close };
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).message}\n${kind.name} said:\n${server.output}`, { cause: error });
  }
}

export type Cores = { server: number | null; application: number | null; caller: number | null; callee: number | null };

/** A core for each process where there are enough of them; with fewer the system spreads them better than any fixed places would. */
export function coresOf(count: number): Cores {
  return count >= 4
    ? { server: 0, application: 1, caller: 2, callee: 3 }
    : { server: null, application: null, caller: null, callee: null };
}
