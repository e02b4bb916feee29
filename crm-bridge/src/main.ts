/** An office's bridge as a program: node crm-bridge/src/main.ts --config FILE */
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bridgeConfigSchema } from "./config.ts";
import { InvalidConfig, readConfigFile } from "./read-config-file.ts";
import { startBridge } from "./start-bridge.ts";

try {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new InvalidConfig("--config FILE", ["is needed"]);
  const config = readConfigFile(values.config, bridgeConfigSchema);
  const bridge = await startBridge({ ...config, dataDirectory: resolve(dirname(values.config), config.dataDirectory) });
  process.stdout.write(`bridge of ${config.office.label} on ${bridge.url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void bridge.close());
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof InvalidConfig ? 2 : 1;
}
