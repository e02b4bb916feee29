/** An office's box as its own program, with a configuration of the test's making. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../cti-box/src/main.ts", import.meta.url));
const startDeadlineMs = 60_000;

export type OfficeProcess = {
  url: string;
  oneTimeLinks: Record<string, string>;
  /** Log lines so far. */
  log(): string;
  /** Ends the program like a power cut. */
  kill(): Promise<void>;
  /** Asks it to stop; it may take its time. */
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, once it is gone. */
  ended: Promise<number | null>;
  /** After `kill`: the program again, on the same data. */
  restart(): Promise<OfficeProcess>;
  /** Stops it in good order. */
  close(): Promise<void>;
};

/** `config`: as in a configuration file; its data directory is made and removed here when it names none. */
export async function startOfficeProcess(config: Record<string, unknown>): Promise<OfficeProcess> {
  const folder = mkdtempSync(join(tmpdir(), "la2-office-"));
  writeFileSync(join(folder, "office.json"), JSON.stringify({ dataDirectory: join(folder, "data"), ...config }));
  return startIn(folder);
}

async function startIn(folder: string): Promise<OfficeProcess> {
  const file = join(folder, "office.json");
  const child = spawn(process.execPath, [program, "--config", file, "--ready-json"], {
    stdio: ["ignore", "pipe", "pipe"],
    // Its store is in its configuration, which has the last word in the tests.
    env: { ...process.env, LA2_POSTGRES: "", LA2_LOG: "info" },
  });
  let log = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    log += bytes.toString("utf8");
  });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const ready = await firstLine(child, () => log);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    const force = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(force);
  };
  return {
    ...(JSON.parse(ready) as Pick<OfficeProcess, "url" | "oneTimeLinks">),
    log: () => log,
    signal: (signal) => void child.kill(signal),
    ended,
    kill: () => end("SIGKILL"),
    restart: () => startIn(folder),
    close: async () => {
      await end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess, log: () => string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    output += bytes.toString("utf8");
    const end = output.indexOf("\n");
    if (end !== -1) resolve(output.slice(0, end));
  });
  child.once("exit", (code) =>
    reject(new Error(`the office ended with ${code} before it was ready: ${log().slice(-800)}`)),
  );
  const late = setTimeout(() => reject(new Error(`the office is not ready: ${log().slice(-800)}`)), startDeadlineMs);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
  }
}
