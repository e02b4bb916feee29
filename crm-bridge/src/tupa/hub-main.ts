/** The TUPA hub as a program: node crm-bridge/src/tupa/hub-main.ts --config FILE [--ready-json] */
import { runProgram } from "../run-program.ts";
import { hubConfigSchema } from "./hub/hub-config.ts";
import { startHub } from "./hub/start-hub.ts";

await runProgram({
  schema: hubConfigSchema,
  start: (config) => startHub(config),
  describe: (_config, url) => `TUPA hub on ${url}`,
});
