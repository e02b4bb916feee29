/**
 * The SIP stack that the configuration names: the embedded engine in a worker thread, the same engine in a process of its own that outlives the box, or a
 * drachtio-server that runs already.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import {
  type SipEngineHandle,
  openKeeperProcess,
  openSipEngineProcess,
  startSipEngineWorker,
  type SipEngineOptions,
  type TraceAnswer,
  type TraceQuery,
} from "../sip-engine/engine.ts";
import type { ControlAddress } from "./adapters/sip/control-connection.ts";
import type { Log } from "./application/ports.ts";
import type { OfficeConfig } from "./config.ts";
import { callsSurvive } from "./survival.ts";
import { sipProtection, trustedBy } from "./sip-protection.ts";
import { engineContacts, openedBy, webSocketOf, type SipWebSocket } from "./sip-contacts.ts";

export type SipStackHandle = {
  control: ControlAddress;
  /** Where browsers reach SIP over WebSocket. */
  webSocket: SipWebSocket | null;
  /** Resolves when the stack ended by itself; never for a stack that is not ours. */
  failed: Promise<Error>;
  /** Messages of calls; `off` where nobody keeps them. */
  trace(query: TraceQuery): Promise<TraceAnswer>;
  /** Calls come from carriers at these addresses from now on: limits for strangers do not hold for them. Nothing for a stack that is not ours. */
  spareCarriers(addresses: readonly string[]): void;
  close(): Promise<void>;
};

/** Rejects when an address of `sip.contacts` cannot be opened; the message names it. */
export async function openSipStack(config: OfficeConfig, log: Log): Promise<SipStackHandle> {
  switch (config.engine.kind) {
    case "embedded":
      return openEmbedded(config, log);
    case "own-process":
      return openOwnProcess(config, log);
    case "drachtio-server":
      return remoteStack(config, config.engine);
  }
}

async function openEmbedded(config: OfficeConfig, log: Log): Promise<SipStackHandle> {
  const secret = randomBytes(24).toString("base64url");
  const engine = await startSipEngineWorker({ ...engineOptions(config, log), secrets: [secret] });
  return ownEngine(config, engine, secret);
}

/** The engine that an earlier box of these data left running, or a new one. */
async function openOwnProcess(config: OfficeConfig, log: Log): Promise<SipStackHandle> {
  const recordFile = join(config.dataDirectory, "sip-engine.json");
  const engine = await openSipEngineProcess(engineOptions(config, log), { recordFile });
  if (engine.wasRunning) log.info({}, "the SIP engine of an earlier run goes on");
  return ownEngine(config, engine, engine.secret);
}

function engineOptions(config: OfficeConfig, log: Log): Omit<SipEngineOptions, "secrets"> {
  const { sessionExpiresSeconds } = config.sip;
  return {
    admin: { host: "127.0.0.1", port: 0 },
    ...engineContacts(config),
    dnsServers: config.sip.dnsServers,
    dialogs: {
      sessionRefresher: "uas",
      ...(sessionExpiresSeconds === "off" ? {} : { sessionExpiresSeconds }),
    },
    protection: sipProtection(config),
    watch: watchOptionsFrom(config.sip),
    log: (level, message, fields) =>
      log[level === "debug" ? "info" : level]({ ...fields, part: "sip-engine" }, message),
  };
}

function ownEngine(config: OfficeConfig, engine: SipEngineHandle, secret: string): SipStackHandle {
  return ownProcess({
    control: { ...engine.admin, secret },
    webSocket: webSocketOf(config, engine.contacts),
    trace: (query) => engine.trace(query),
    spareCarriers: (addresses) => engine.trust(trustedBy(config, addresses)),
    closed: engine.closed,
    close: () => engine.close(),
  });
}

function watchOptionsFrom({ trace, capture, metrics }: OfficeConfig["sip"]): NonNullable<SipEngineOptions["watch"]> {
  return {
    ...(metrics !== undefined && { metrics }),
    ...(trace !== false && { trace: trace === true ? {} : trace }),
    ...(capture !== undefined && { capture }),
  };
}

async function remoteStack(config: OfficeConfig, server: ControlAddress): Promise<SipStackHandle> {
  const webSocket = webSocketOf(config, config.sip.contacts.flatMap(openedBy));
  const trace = (): Promise<TraceAnswer> => Promise.resolve({ state: "off" });
  const spareCarriers = (): void => undefined;
  const { host, port, secret } = server;
  if (!callsSurvive(config))
    return {
      control: { host, port, secret },
      webSocket,
      failed: new Promise(() => undefined),
      trace,
      spareCarriers,
      close: async () => undefined,
    };
  const keeper = await openKeeperProcess({ host, port, secret }, join(config.dataDirectory, "sip-keeper.json"));
  const { control, closed } = keeper;
  return ownProcess({ control, webSocket, trace, spareCarriers, closed, close: () => keeper.close() });
}

/** Ending it on purpose is no failure. */
function ownProcess({
  closed,
  close,
  ...stack
}: Omit<SipStackHandle, "failed"> & { closed: Promise<Error | null> }): SipStackHandle {
  let state: "open" | "closing" = "open";
  return {
    ...stack,
    failed: closed.then((error) => {
      // Then this promise stays open for ever.
      if (state === "closing") return new Promise<never>(() => undefined);
      return error ?? new Error("the SIP engine ended");
    }),
    close: async () => {
      state = "closing";
      await close();
    },
  };
}
