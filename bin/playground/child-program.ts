/**
 * One program of ours as a child process: started, waited for until it answers, and ended by pid. Its lines go to a log file, and the last ones into
 * the error when it does not come up.
 *   starting ─ready─▶ running ─exit─▶ ended
 *       └──── exit / deadline ──────▶ ended (with the reason)
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export type ProgramOrder = {
  name: string;
  arguments: string[];
  logFile: string;
  /** Answers 200 once the program is ready. */
  statusUrl: string;
  environment?: Record<string, string>;
  /** Milliseconds until it has to answer. */
  readyDeadlineMs?: number;
};

export type ChildProgram = {
  name: string;
  pid: number;
  /** Resolves when the process is gone, however that came about. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  isRunning(): boolean;
  /** SIGTERM, then SIGKILL after the deadline. Safe to call twice. */
  close(deadlineMs?: number): Promise<void>;
  /** SIGKILL at once: for tests of crashes. */
  kill(): Promise<void>;
};

export class ProgramDidNotStart extends Error {
  readonly program: string;
  readonly exitCode: number | null;
  constructor(program: string, exitCode: number | null, lastLines: string) {
    super(`${program} did not start${exitCode === null ? " in time" : ` (exit code ${exitCode})`}.\n${lastLines}`);
    this.program = program;
    this.exitCode = exitCode;
  }
}

const keptLines = 15;

function collectLines(child: ChildProcess, log: WriteStream): () => string {
  let tail = "";
  const keep = (chunk: Buffer): void => {
    log.write(chunk);
    tail = (tail + chunk.toString("utf8")).split("\n").slice(-keptLines).join("\n");
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => tail.trim();
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Starts the program and waits until it answers. Throws {@link ProgramDidNotStart} with its last lines otherwise. */
export async function startProgram(order: ProgramOrder): Promise<ChildProgram> {
  mkdirSync(dirname(order.logFile), { recursive: true });
  const log = createWriteStream(order.logFile, { flags: "a" });
  const child = spawn(process.execPath, order.arguments, {
    env: { ...process.env, ...order.environment },
    stdio: ["ignore", "pipe", "pipe"],
    // A Ctrl-C in the terminal reaches the whole group: the parent alone decides in which order things stop.
    detached: true,
  });
  const lastLines = collectLines(child, log);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => {
      log.end();
      resolve({ code, signal });
    });
    child.once("error", () => resolve({ code: -1, signal: null }));
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
  const end = async (signal: NodeJS.Signals, deadlineMs: number): Promise<void> => {
    if (!isRunning()) return;
    child.kill(signal);
    const late = delay(deadlineMs, "late", { ref: false });
    if ((await Promise.race([ended, late])) === "late") {
      child.kill("SIGKILL");
      await ended;
    }
  };
  const program: ChildProgram = {
    name: order.name,
    pid: child.pid ?? -1,
    ended,
    isRunning,
    close: (deadlineMs = 5_000) => end("SIGTERM", deadlineMs),
    kill: () => end("SIGKILL", 5_000),
  };
  const deadline = Date.now() + (order.readyDeadlineMs ?? 20_000);
  while (isRunning() && Date.now() < deadline) {
    if (await answers(order.statusUrl)) return program;
    await Promise.race([delay(50), ended]);
  }
  const exitCode = child.exitCode;
  await program.kill();
  throw new ProgramDidNotStart(order.name, exitCode, lastLines());
}
