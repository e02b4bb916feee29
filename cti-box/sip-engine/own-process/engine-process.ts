/** The engine as a process of its own, which outlives the box that started it (`open-engine-process.ts`). */
import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { answerOwner, type FromEngine, type ToEngine } from "../engine-handle.ts";
import { startSipEngine, type SipEngineOptions } from "../engine.ts";
import { runCompanion } from "./run-companion.ts";

// As in main.ts, where the reason is.
setFlagsFromString("--heap-growing-percent=50");

await runCompanion(async (order, say) => {
  const secret = randomBytes(24).toString("base64url");
  const engine = await startSipEngine({
    ...(order as Omit<SipEngineOptions, "secrets" | "log">),
    secrets: [secret],
    log: (level, message, fields = {}) => say({ kind: "log", level, message, fields } satisfies FromEngine),
  });
  const { admin, adminTls, contacts, metricsPort } = engine;
  return {
    facts: { admin, adminTls, contacts, metricsPort, secret },
    hear: (message) => answerOwner(engine, message as ToEngine, say),
    closed: engine.closed,
    close: () => engine.close(),
  };
});
