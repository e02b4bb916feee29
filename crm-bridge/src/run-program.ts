/** What the bridge's programs have in common: one configuration file, one line when ready, a clean stop on request, exit codes. */
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { z } from "zod";
import { InvalidConfig, readConfigFile } from "./read-config-file.ts";

type Running = { url: string; close(): Promise<void> };

type Program<T> = {
  schema: z.ZodType<T>;
  start(config: T): Promise<Running>;
  /** For people who read the terminal. */
  describe(config: T, url: string): string;
};

/**
 * `--config FILE [--ready-json]`. A relative `dataDirectory` is taken from the file's folder.
 * Exit codes: 0 stopped on request, 1 could not start, 2 the configuration has problems (all are listed).
 */
export async function runProgram<T extends { dataDirectory: string }>(program: Program<T>): Promise<void> {
  try {
    const { values } = parseArgs({
      options: { config: { type: "string" }, "ready-json": { type: "boolean", default: false } },
    });
    if (values.config === undefined)
      throw new InvalidConfig("--config FILE [--ready-json]", ["--config FILE is needed"]);
    const written = readConfigFile(values.config, program.schema);
    const config = { ...written, dataDirectory: resolve(dirname(values.config), written.dataDirectory) };
    const stopAsked = new Promise<void>((askStop) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => askStop());
    });
    const running = await program.start(config);
    const line = values["ready-json"]
      ? JSON.stringify({ ready: true, url: running.url })
      : program.describe(config, running.url);
    process.stdout.write(`${line}\n`);
    await stopAsked;
    await running.close();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    const isUsage =
      error instanceof InvalidConfig || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS") === true;
    process.exitCode = isUsage ? 2 : 1;
  }
}
