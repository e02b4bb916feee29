/**
 * The engine's door: a SIP stack that speaks the drachtio control protocol, in this thread or in a worker thread of its own.
 * The application talks to it with the unmodified `drachtio-srf` package over the control port.
 */
import { Worker } from "node:worker_threads";
import { ControlServer } from "./control/control-server.ts";
import { checkOptions, type SipEngineOptions } from "./engine-options.ts";
import type { TraceAnswer, TraceQuery } from "./trace/traced-call.ts";
import { BoundedLog, silentLog, type Log, type LogLevel } from "./log.ts";
import { emptySnapshot, type ProtectionSnapshot } from "./protection/protection.ts";
import { EngineCore, type EngineLoad } from "./user-agent/engine-core.ts";
import { Watch } from "./watch/watch.ts";

export type { SipEngineOptions } from "./engine-options.ts";
export type { TraceAnswer, TraceQuery, TracedCall, TracedMessage } from "./trace/traced-call.ts";
export { isGoodFor, subjectNames } from "./tls/peer-names.ts";
export { InvalidEngineOptions } from "./engine-options.ts";
/** How measurements are written; the box writes its own in the same way. */
export { contentType, Histogram, writeFamily } from "./metrics/exposition.ts";
export type { Family, Sample } from "./metrics/exposition.ts";

export type SipEngineHandle = {
  /** Where applications connect; the TLS port when the plain one is closed. */
  admin: { host: string; port: number };
  /** Where they connect over TLS; null: nowhere. */
  adminTls: { host: string; port: number } | null;
  /** Listening addresses with their real ports: `udp/127.0.0.1:5060`. */
  contacts: string[];
  /** Port of `watch.metrics`; null: there is none. */
  metricsPort: number | null;
  /** What the engine holds now. */
  load(): Promise<EngineLoad>;
  /** Messages of calls, where they are kept (`watch.trace`). */
  trace(query: TraceQuery): Promise<TraceAnswer>;
  /** Who is banned now, and what was refused by reason since the start. */
  protection(): Promise<ProtectionSnapshot>;
  /** Resolves when the engine is gone: closed by us (null) or for a reason of its own. */
  closed: Promise<Error | null>;
  close(): Promise<void>;
};

/** Starts the engine in this thread. Throws when the options are not usable or an address cannot be opened. */
export async function startSipEngine(options: SipEngineOptions): Promise<SipEngineHandle> {
  const listeners = checkOptions(options);
  const log = new BoundedLog(options.log ?? silentLog);
  const watch = new Watch(options.watch ?? {}, log);
  const opened: { close(): void | Promise<void> }[] = [watch];
  const close = async (): Promise<void> => {
    for (let last = opened.pop(); last !== undefined; last = opened.pop()) await last.close();
  };
  let core: EngineCore;
  let control: ControlServer;
  try {
    const { t1Ms = 500, dnsServers = [], secrets, protection = {}, connections = {} } = options;
    const timers = { t1Ms, ...options.timers };
    core = await EngineCore.open({
      listeners,
      timers,
      log,
      dnsServers,
      connections,
      protection,
      dialogs: options.dialogs ?? {},
      cdrs: options.cdrs ?? false,
      tap: watch.tap,
    });
    opened.push(core);
    control = await ControlServer.open({ secrets, core }, options.admin, options.control ?? {});
    opened.push(control);
    await watch.serve({ core, control, secrets });
  } catch (error) {
    await close();
    throw error;
  }
  const gone = Promise.withResolvers<Error | null>();
  let closing: Promise<void> | null = null;
  return {
    admin: control.plain ?? control.tls ?? options.admin,
    adminTls: control.tls,
    contacts: core.context.transport.listeners.map((each) => `${each.protocol}/${each.host}:${each.port}`),
    metricsPort: watch.metricsPort,
    load: () => Promise.resolve(core.load()),
    trace: (query) => Promise.resolve(watch.trace(query)),
    protection: () => Promise.resolve(core.context.protection.snapshot()),
    closed: gone.promise,
    close: () => {
      closing ??= close().then(() => gone.resolve(null));
      return closing;
    },
  };
}

/** What the worker thread and its owner say to each other. */
export type FromWorker =
  | ({ kind: "started" } & Pick<SipEngineHandle, "admin" | "adminTls" | "contacts" | "metricsPort">)
  | { kind: "not-started"; message: string }
  | { kind: "load"; load: EngineLoad }
  | { kind: "trace"; id: number; answer: TraceAnswer }
  | { kind: "protection"; protection: ProtectionSnapshot }
  | { kind: "log"; level: LogLevel; message: string; fields: Record<string, string | number> };
export type ToWorker =
  | { kind: "load" }
  | { kind: "protection" }
  | { kind: "trace"; id: number; query: TraceQuery }
  | { kind: "close" };

/** Starts the engine in a worker thread, so that neither signalling nor application waits for the other's work. */
export async function startSipEngineWorker(options: SipEngineOptions): Promise<SipEngineHandle> {
  checkOptions(options);
  const { log = silentLog, ...plain } = options;
  const worker = workerFor(plain);
  const gone = Promise.withResolvers<Error | null>();
  let lastError: Error | null = null;
  worker.on("error", (error) => {
    lastError = error instanceof Error ? error : new Error(String(error));
  });
  worker.once("exit", () => gone.resolve(lastError));
  forwardLog(worker, log);
  const first = await Promise.race([messageOf(worker, ({ kind }) => kind !== "log"), gone.promise]);
  if (first === null || first instanceof Error || first.kind !== "started") {
    await worker.terminate();
    throw new Error(
      first !== null && !(first instanceof Error) && first.kind === "not-started"
        ? first.message
        : `the SIP engine did not start: ${first instanceof Error ? first.message : "its thread ended"}`,
    );
  }
  const say = (message: ToWorker): void => worker.postMessage(message);
  let questions = 0;
  return {
    admin: first.admin,
    adminTls: first.adminTls,
    contacts: first.contacts,
    metricsPort: first.metricsPort,
    closed: gone.promise,
    load: async () => {
      const answer = Promise.race([messageOf(worker, ({ kind }) => kind === "load"), gone.promise]);
      say({ kind: "load" });
      const message = await answer;
      const isLoad = message !== null && !(message instanceof Error) && message.kind === "load";
      return isLoad ? message.load : { transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 };
    },
    trace: async (query) => {
      questions += 1;
      const id = questions;
      const answer = Promise.race([
        messageOf(worker, (message) => message.kind === "trace" && message.id === id),
        gone.promise,
      ]);
      say({ kind: "trace", id, query });
      const message = await answer;
      return message !== null && "kind" in message && message.kind === "trace" ? message.answer : { state: "off" };
    },
    protection: async () => {
      const answer = Promise.race([messageOf(worker, ({ kind }) => kind === "protection"), gone.promise]);
      say({ kind: "protection" });
      const message = await answer;
      const isAnswer = message !== null && !(message instanceof Error) && message.kind === "protection";
      return isAnswer ? message.protection : emptySnapshot();
    },
    close: async () => {
      say({ kind: "close" });
      await gone.promise;
    },
  };
}

function forwardLog(worker: Worker, log: Log): void {
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "log") log(message.level, message.message, message.fields);
  });
}

/** The next message that is meant; never, if the worker ends before: race it against its end. */
function messageOf(worker: Worker, isMeant: (message: FromWorker) => boolean): Promise<FromWorker> {
  return new Promise((resolve) => {
    const take = (message: FromWorker): void => {
      if (!isMeant(message)) return;
      worker.off("message", take);
      resolve(message);
    };
    worker.on("message", take);
  });
}

function workerFor(workerData: SipEngineOptions): Worker {
  // A larger young generation (V8 takes up to 128 MB) makes the engine no faster (docs/decisions/0015). Three parts of it are one of `--max-semi-space-size`.
  const resourceLimits = { maxYoungGenerationSizeMb: 48 };
  return new Worker(new URL("./engine-worker.ts", import.meta.url), { workerData, name: "sip-engine", resourceLimits });
}
