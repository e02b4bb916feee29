/**
 * The engine's door: a SIP stack that speaks the drachtio control protocol, in this thread, in a worker thread, or in a process of its own.
 * The application talks to it with the unmodified `drachtio-srf` package over the control port.
 */
import { Worker } from "node:worker_threads";
import { ControlServer } from "./control/control-server.ts";
import { checkOptions, type SipEngineOptions } from "./engine-options.ts";
import { handleOver, messageOf } from "./engine-handle.ts";
import type { EngineChannel, FromEngine, SipEngineHandle } from "./engine-handle.ts";
import { BoundedLog, silentLog } from "./log.ts";
import { EngineCore } from "./user-agent/engine-core.ts";
import { Watch } from "./watch/watch.ts";

export type { SipEngineOptions } from "./engine-options.ts";
export type { TraceAnswer, TraceQuery, TracedCall, TracedMessage } from "./trace/traced-call.ts";
export { isGoodFor, subjectNames } from "./tls/peer-names.ts";
export { InvalidEngineOptions } from "./engine-options.ts";
/** How measurements are written; the box writes its own in the same way. */
export { contentType, Histogram, writeFamily } from "./metrics/exposition.ts";
export type { Family, Sample } from "./metrics/exposition.ts";
export { PageServer } from "./metrics/page-server.ts";
export type { SipEngineHandle } from "./engine-handle.ts";
export { openKeeperProcess } from "./own-process/open-keeper-process.ts";
export { openSipEngineProcess } from "./own-process/open-engine-process.ts";

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
    trust: (networks) => core.context.protection.trust(networks),
    closed: gone.promise,
    close: () => {
      closing ??= close().then(() => gone.resolve(null));
      return closing;
    },
  };
}

/** Starts the engine in a worker thread, so that neither signalling nor application waits for the other's work. */
export async function startSipEngineWorker(options: SipEngineOptions): Promise<SipEngineHandle> {
  checkOptions(options);
  const { log = silentLog, ...plain } = options;
  const worker = workerFor(plain);
  const channel = channelTo(worker);
  channel.onMessage((message) => {
    if (message.kind === "log") log(message.level, message.message, message.fields);
  });
  const first = await Promise.race([messageOf(channel, ({ kind }) => kind !== "log"), channel.gone]);
  if (first !== null && "kind" in first && first.kind === "started") return handleOver(channel, first);
  await worker.terminate();
  throw new Error(whyNotStarted(first));
}

function whyNotStarted(first: FromEngine | Error | null): string {
  if (first !== null && "kind" in first) return first.kind === "not-started" ? first.message : "the SIP engine is odd";
  return `the SIP engine did not start: ${first?.message ?? "its thread ended"}`;
}

function channelTo(worker: Worker): EngineChannel {
  const gone = Promise.withResolvers<Error | null>();
  let lastError: Error | null = null;
  worker.on("error", (error) => {
    lastError = error instanceof Error ? error : new Error(String(error));
  });
  worker.once("exit", () => gone.resolve(lastError));
  return {
    say: (message) => worker.postMessage(message),
    onMessage: (listener) => {
      worker.on("message", listener);
      return () => worker.off("message", listener);
    },
    gone: gone.promise,
  };
}

function workerFor(workerData: SipEngineOptions): Worker {
  // A larger young generation (V8 takes up to 128 MB) makes the engine no faster (docs/decisions/0015). Three parts of it are one of `--max-semi-space-size`.
  const resourceLimits = { maxYoungGenerationSizeMb: 48 };
  return new Worker(new URL("./engine-worker.ts", import.meta.url), { workerData, name: "sip-engine", resourceLimits });
}
