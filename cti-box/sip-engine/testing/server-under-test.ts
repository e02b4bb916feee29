/** A server of the control protocol that a contract suite judges: this engine inside of the test, or another server as a process. */
import { startSipEngine } from "../engine.ts";
import { RawApplication } from "./raw-application.ts";
import { otherServer, ServerProcess, type ServerKind } from "./server-process.ts";
import { freePort } from "./sipp/run-scenario.ts";
import type { ThrowawayCertificates } from "./throwaway-certificates.ts";

export type RunningServer = {
  admin: { host: string; port: number };
  secret: string;
  /** `host:port` that listens on UDP and TCP. */
  at: string;
  /** Listens on TLS, where that was asked for. */
  tlsPort?: number | undefined;
  close(): Promise<void>;
};

export type ServerUnderTest = {
  name: string;
  /** 64·T1 in milliseconds: how long it waits for an ACK. */
  ackTimeoutMs: number;
  /** `engine`: this project's own, which is held to more than the other server does. */
  kind: "engine" | "other";
  /** Milliseconds of a second of session timers. */
  secondMs: number;
  /** Can it be opened with certificates? */
  tls: "yes" | "not said how";
  /** With certificates it listens on TLS as well; whom it calls over TLS has one of their authority. */
  open(certificates?: Certificates): Promise<RunningServer>;
};

export type Certificates = Pick<ThrowawayCertificates, "server" | "caFile">;

const secret = "contract";
const engineT1Ms = 50;
const engineSecondMs = 50;

export const engineUnderTest: ServerUnderTest = {
  name: "sip-engine",
  ackTimeoutMs: 64 * engineT1Ms,
  kind: "engine",
  secondMs: engineSecondMs,
  tls: "yes",
  open: async (certificates) => {
    const plain = "sip:127.0.0.1:0;transport=udp,tcp";
    const engine = await startSipEngine({
      admin: { host: "127.0.0.1", port: 0 },
      secrets: [secret],
      contacts: certificates === undefined ? [plain] : [plain, "sips:127.0.0.1:0;transport=tls"],
      ...(certificates !== undefined && { tls: { ...certificates.server, caFile: certificates.caFile } }),
      t1Ms: engineT1Ms,
      dialogs: { secondMs: engineSecondMs },
    });
    const securely = engine.contacts.find((contact) => contact.startsWith("tls/"));
    return {
      admin: engine.admin,
      secret,
      at: (engine.contacts[0] ?? "").replace(/^\w+\//, ""),
      tlsPort: securely === undefined ? undefined : Number(/:(\d+)$/.exec(securely)?.[1]),
      close: () => engine.close(),
    };
  },
};

/** Another server: the one whose command `LA2_DRACHTIO_COMMAND` names, else the running one of `LA2_DRACHTIO` (`host:port,secret`); null: none. */
export function otherUnderTest(): ServerUnderTest | null {
  const command = otherServer();
  if (command !== null) {
    const tls = command.securely === undefined ? "not said how" : "yes";
    return other({ name: command.name, tls, open: (certificates) => started(command, certificates) });
  }
  const running = process.env["LA2_DRACHTIO"] ?? "";
  if (running === "") return null;
  const name = `the server at ${running.split(",", 1)[0]}`;
  return other({ name, tls: "not said how", open: () => reached(running) });
}

function other(server: Pick<ServerUnderTest, "name" | "tls" | "open">): ServerUnderTest {
  return { ...server, ackTimeoutMs: 32_000, kind: "other", secondMs: 1_000 };
}

async function started(kind: ServerKind, certificates?: Certificates): Promise<RunningServer> {
  const ports = { adminPort: await freePort(), sipPort: await freePort() };
  const { server: own, caFile = "" } = certificates ?? {};
  const tls = own === undefined ? undefined : { port: await freePort(), ...own, caFile };
  const place = { host: "127.0.0.1", ...ports, secret, ...(tls !== undefined && { tls }) };
  const server = await ServerProcess.start(kind, place);
  return {
    admin: { host: place.host, port: place.adminPort },
    secret,
    at: `${place.host}:${place.sipPort}`,
    tlsPort: tls?.port,
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
