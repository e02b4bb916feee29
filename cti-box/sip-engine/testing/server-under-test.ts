/** A server of the control protocol that a contract suite judges: this engine inside of the test, or another server as a process. */
import { startSipEngine } from "../engine.ts";
import { RawApplication } from "./raw-application.ts";
import { otherServer, ServerProcess, type ServerKind } from "./server-process.ts";
import { freePort } from "./sipp/run-scenario.ts";

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

/** Another server: the one whose command `LA2_DRACHTIO_COMMAND` names, else the running one of `LA2_DRACHTIO` (`host:port,secret`); null: none. */
export function otherUnderTest(): ServerUnderTest | null {
  const command = otherServer();
  if (command !== null) return other(command.name, () => started(command));
  const running = process.env["LA2_DRACHTIO"] ?? "";
  return running === "" ? null : other(`the server at ${running.split(",", 1)[0]}`, () => reached(running));
}

function other(name: string, open: () => Promise<RunningServer>): ServerUnderTest {
  return { name, ackTimeoutMs: 32_000, kind: "other", open };
}

async function started(kind: ServerKind): Promise<RunningServer> {
  const place = { host: "127.0.0.1", adminPort: await freePort(), sipPort: await freePort(), secret };
  const server = await ServerProcess.start(kind, place);
  return {
    admin: { host: place.host, port: place.adminPort },
    secret,
    at: `${place.host}:${place.sipPort}`,
    close: () => server.close(),
  };
}

/** It says itself where it listens, when it lets an application in (control protocol §3.1). It should serve nobody else meanwhile. */
async function reached(place: string): Promise<RunningServer> {
  const [, host = "", port = "", givenSecret = ""] = /^([^,]+):(\d+),([^,]+)$/.exec(place) ?? [];
  if (host === "") throw new Error(`LA2_DRACHTIO is not host:port,secret: ${place}`);
  const admin = { host, port: Number(port) };
  const application = await RawApplication.open(admin);
  application.send(`where|authenticate|${givenSecret}|`);
  const fields = (await application.frame(/\|response\|where\|/)).split("|");
  application.socket.destroy();
  const at = /(?:^|,)udp\/([\d.]+:\d+)/.exec(fields[6] ?? "")?.[1];
  if (at === undefined) throw new Error(`the server at ${host}:${port} has no contact for UDP: ${fields.join("|")}`);
  return { admin, secret: givenSecret, at, close: () => Promise.resolve() };
}
