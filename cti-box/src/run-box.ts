/**
 * An office's box as a program: node cti-box/src/main.ts --config FILE [--ready-json]
 * Exit codes: 0 stopped on request, 1 could not start or lost a part it needs, 2 the configuration has problems (all are listed).
 */
import { flushCompileCache } from "node:module";
import { parseArgs } from "node:util";
import { createLog } from "./adapters/system/pino-log.ts";
import { InvalidConfig, readOfficeConfig } from "./read-config.ts";
import { listenForStop } from "./stop-signals.ts";
import { startOffice } from "./start-office.ts";
import type { OfficeConfig } from "./config.ts";
import type { RunningOffice } from "./start-office.ts";

const usage = "node cti-box/src/main.ts --config FILE [--ready-json]";

/** One JSON line on standard output, for the program that started us. */
function announce(config: OfficeConfig, office: RunningOffice, asJson: boolean): void {
  if (!asJson) {
    process.stdout.write(`${config.office.label}: softphone on ${office.url}\n`);
    return;
  }
  const oneTimeLinks = Object.fromEntries(config.operators.map(({ login }) => [login, office.oneTimeLink(login)]));
  process.stdout.write(`${JSON.stringify({ ready: true, url: office.url, oneTimeLinks })}\n`);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { config: { type: "string" }, "ready-json": { type: "boolean", default: false } },
  });
  if (values.config === undefined) throw new InvalidConfig(usage, ["--config FILE is needed"]);
  const config = readOfficeConfig(values.config, process.env);
  const log = createLog(process.env["LA2_LOG"] ?? "info", config.office.officeId);
  const office = await startOffice(config, log);
  const { asked, insisted } = listenForStop();
  announce(config, office, values["ready-json"]);
  // At once: a box that is killed has no end at which it could be done.
  flushCompileCache();
  const nothing = (): null => null;
  let failure = await Promise.race([asked.then(nothing), office.failed]);
  failure ??= await Promise.race([office.drain().then(nothing), insisted.then(nothing), office.failed]);
  await office.close();
  if (failure !== null) throw failure;
}

try {
  await run();
} catch (error) {
  const isUsage = (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS") === true;
  process.stderr.write(`${(error as Error).message}\n${isUsage ? `${usage}\n` : ""}`);
  process.exitCode = isUsage || error instanceof InvalidConfig ? 2 : 1;
}
