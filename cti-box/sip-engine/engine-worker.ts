/** The engine inside its worker thread: starts, answers its owner, closes. */
import { parentPort, workerData } from "node:worker_threads";
import { startSipEngine, type FromWorker, type SipEngineOptions, type ToWorker } from "./engine.ts";

const port = parentPort;
if (port === null) throw new Error("engine-worker.ts runs as a worker thread only; use main.ts");
const say = (message: FromWorker): void => port.postMessage(message);

try {
  const options = workerData as SipEngineOptions;
  const engine = await startSipEngine({
    ...options,
    log: (level, message, fields = {}) => say({ kind: "log", level, message, fields }),
  });
  port.on("message", (message: ToWorker) => {
    if (message.kind === "load") void engine.load().then((load) => say({ kind: "load", load }));
    else if (message.kind === "trace") {
      const { id, query } = message;
      void engine.trace(query).then((answer) => say({ kind: "trace", id, answer }));
    } else if (message.kind === "protection")
      void engine.protection().then((protection) => say({ kind: "protection", protection }));
    else void engine.close().then(() => port.close());
  });
  const { admin, adminTls, contacts, metricsPort } = engine;
  say({ kind: "started", admin, adminTls, contacts, metricsPort });
} catch (error) {
  say({ kind: "not-started", message: (error as Error).message });
  port.close();
}
