/** The engine inside its worker thread: starts, answers its owner, closes. */
import { parentPort, workerData } from "node:worker_threads";
import { startSipEngine, type SipEngineOptions } from "./engine.ts";
import { answerOwner, type FromEngine, type ToEngine } from "./engine-handle.ts";

const port = parentPort;
if (port === null) throw new Error("engine-worker.ts runs as a worker thread only; use main.ts");
const say = (message: FromEngine): void => port.postMessage(message);

try {
  const options = workerData as SipEngineOptions;
  const engine = await startSipEngine({
    ...options,
    log: (level, message, fields = {}) => say({ kind: "log", level, message, fields }),
  });
  port.on("message", (message: ToEngine) => {
    if (message.kind === "close") void engine.close().then(() => port.close());
    else answerOwner(engine, message, say);
  });
  const { admin, adminTls, contacts, metricsPort } = engine;
  say({ kind: "started", admin, adminTls, contacts, metricsPort });
} catch (error) {
  say({ kind: "not-started", message: (error as Error).message });
  port.close();
}
