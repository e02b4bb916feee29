/** A server of the control protocol that a contract suite judges: this engine inside of the test, or another server as a process. */
import { startSipEngine } from "../engine.ts";
import { freePort } from "./sipp/run-scenario.ts";
import { otherServer, ServerProcess } from "./server-process.ts";

export type RunningServer = {
  admin: { host: string; port: number };
  secret: string;
  /** `host:port` that listens on UDP and TCP. */
  at: string;
  close(): Promise<void>;
};

export type ServerUnderTest = {
  name: string;
  /** 64·T1 in milliseconds: how long it waits for an ACK. */
  ackTimeoutMs: number;
  /** `engine`: this project's own, which is held to more than the other server does. */
  kind: "engine" | "other";
  open(): Promise<RunningServer>;
};

const secret = "contract";
const engineT1Ms = 50;

export const engineUnderTest: ServerUnderTest = {
  name: "sip-engine",
  ackTimeoutMs: 64 * engineT1Ms,
  kind: "engine",
  open: async () => {
    const engine = await startSipEngine({
      admin: { host: "127.0.0.1", port: 0 },
      secrets: [secret],
      contacts: ["sip:127.0.0.1:0;transport=udp,tcp"],
      t1Ms: engineT1Ms,
    });
    return {
      admin: engine.admin,
      secret,
      at: (engine.contacts[0] ?? "").replace(/^\w+\//, ""),
      close: () => engine.close(),
    };
  },
};

/** The server that `LA2_DRACHTIO` names; null: none. */
export function otherUnderTest(): ServerUnderTest | null {
  const kind = otherServer();
  if (kind === null) return null;
  return {
    name: kind.name,
    ackTimeoutMs: 32_000,
    kind: "other",
    open: async () => {
      const place = { host: "127.0.0.1", adminPort: await freePort(), sipPort: await freePort(), secret };
      const server = await ServerProcess.start(kind, place);
      return {
        admin: { host: place.host, port: place.adminPort },
        secret,
        at: `${place.host}:${place.sipPort}`,
        close: () => server.close(),
      };
    },
  };
}
