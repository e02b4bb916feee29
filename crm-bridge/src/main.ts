/** An office's bridge as a program: node crm-bridge/src/main.ts --config FILE [--ready-json] */
import { bridgeConfigSchema } from "./config.ts";
import { runProgram } from "./run-program.ts";
import { startBridge } from "./start-bridge.ts";

await runProgram({
  schema: bridgeConfigSchema,
  start: (config) => startBridge(config),
  describe: (config, url) => `bridge of ${config.office.label} on ${url}`,
});
