/** The SIP stack that the configuration names: the embedded engine in a worker thread of its own, or a drachtio-server that runs already. */
import { randomBytes } from "node:crypto";
import {
  startSipEngineWorker,
  type SipEngineOptions,
  type TraceAnswer,
  type TraceQuery,
} from "../sip-engine/engine.ts";
import type { ControlAddress } from "./adapters/sip/control-connection.ts";
import type { Log } from "./application/ports.ts";
import type { OfficeConfig } from "./config.ts";
import { sipProtection } from "./sip-protection.ts";
import { engineContacts, openedBy, webSocketOf, type SipWebSocket } from "./sip-contacts.ts";

export type SipStackHandle = {
  control: ControlAddress;
  /** Where browsers reach SIP over WebSocket. */
  webSocket: SipWebSocket | null;
  /** Resolves when the stack ended by itself; never for a stack that is not ours. */
  failed: Promise<Error>;
  /** Messages of calls; `off` where nobody keeps them. */
  trace(query: TraceQuery): Promise<TraceAnswer>;
  close(): Promise<void>;
};

/** Rejects when an address of `sip.contacts` cannot be opened; the message names it. */
export async function openSipStack(config: OfficeConfig, log: Log): Promise<SipStackHandle> {
  return config.engine.kind === "embedded" ? openEmbedded(config, log) : remoteStack(config, config.engine);
}

async function openEmbedded(config: OfficeConfig, log: Log): Promise<SipStackHandle> {
  const secret = randomBytes(24).toString("base64url");
  const { sessionExpiresSeconds } = config.sip;
  const engine = await startSipEngineWorker({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: [secret],
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
  });
  let state: "open" | "closing" = "open";
  const failed = engine.closed.then((error) => {
    // Closing on purpose is no failure: then this promise stays open for ever.
    if (state === "closing") return new Promise<never>(() => undefined);
    return error ?? new Error("the SIP engine ended");
  });
  return {
    control: { ...engine.admin, secret },
    webSocket: webSocketOf(config, engine.contacts),
    failed,
    trace: (query) => engine.trace(query),
    close: async () => {
      state = "closing";
      await engine.close();
    },
  };
}

function watchOptionsFrom({ trace, capture, metrics }: OfficeConfig["sip"]): NonNullable<SipEngineOptions["watch"]> {
  return {
    ...(metrics !== undefined && { metrics }),
    ...(trace !== false && { trace: trace === true ? {} : trace }),
    ...(capture !== undefined && { capture }),
  };
}

function remoteStack(
  config: OfficeConfig,
  engine: Extract<OfficeConfig["engine"], { kind: "drachtio-server" }>,
): SipStackHandle {
  return {
    control: { host: engine.host, port: engine.port, secret: engine.secret },
    webSocket: webSocketOf(config, config.sip.contacts.flatMap(openedBy)),
    failed: new Promise(() => undefined),
    trace: () => Promise.resolve({ state: "off" }),
    close: async () => undefined,
  };
}
