/** The TUPA hub as a program: node crm-bridge/src/tupa/hub-main.ts --config FILE */
import { parseArgs } from "node:util";
import { InvalidConfig, readConfigFile } from "../read-config-file.ts";
import { hubConfigSchema } from "./hub/hub-config.ts";
import { startHub } from "./hub/start-hub.ts";

try {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new InvalidConfig("--config FILE", ["is needed"]);
  const hub = await startHub(readConfigFile(values.config, hubConfigSchema));
  process.stdout.write(`TUPA hub on ${hub.url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void hub.close());
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof InvalidConfig ? 2 : 1;
}
