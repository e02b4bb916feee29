/**
 * One program of ours as a child process: started, waited for until it answers, and ended by pid. It writes straight into its log file, so that
 * nothing it says is lost when we end first; the last lines of the file are part of the error when it does not come up.
 *   starting ─is ready───▶ running ─exit─▶ ended
 *       └──── exit / deadline ──────▶ ended (with the reason)
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export type ProgramEnd = { code: number | null; signal: NodeJS.Signals | null };

/** Something that runs as a process of its own and belongs to us. */
export type OwnedProgram = {
  name: string;
  pid: number;
  logFile: string | null;
  /** Resolves when the process is gone, however that came about. */
  ended: Promise<ProgramEnd>;
  /** Asks it to end, and kills it after the deadline. Safe to call twice. */
  close(): Promise<void>;
  /** SIGKILL at once, to the whole group. */
  kill(): void;
};

export type ProgramOrder = {
  name: string;
  arguments: string[];
  /** Null: its lines go where ours go. */
  logFile: string | null;
  /** Asked again and again until it says yes. */
  isReady: () => Promise<boolean>;
  environment?: Record<string, string | undefined>;
  /** Milliseconds until it has to answer. */
  readyDeadlineMs?: number;
  /** Milliseconds that it may take to end, beyond the usual. */
  lingersMs?: number;
};

export class ProgramDidNotStart extends Error {
  readonly program: string;
  readonly end: ProgramEnd | null;
  constructor(order: Pick<ProgramOrder, "name" | "logFile">, end: ProgramEnd | null) {
    const how = end === null ? "did not answer in time" : `ended with ${describeEnd(end)} before it was ready`;
    super(
      order.logFile === null
        ? `${order.name} ${how}`
        : `${order.name} ${how}. Its last lines:\n${lastLines(order.logFile)}`,
    );
    this.program = order.name;
    this.end = end;
  }
}

const keptLines = 15;
const closeDeadlineMs = 8_000;

export function describeEnd(end: ProgramEnd): string {
  return end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
}

/** The end of a log file, indented, for people. */
export function lastLines(logFile: string | null): string {
  if (logFile === null) return "    (its lines are above)";
  try {
    const lines = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-keptLines);
    return lines.map((line) => `    ${line}`).join("\n");
  } catch {
    return `    (nothing in ${logFile})`;
  }
}

export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** SIGKILL to the process and everything that it started in its own group. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it had ended already, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Starts the process; `ready` resolves once it answers and rejects with {@link ProgramDidNotStart} otherwise (then nothing of it is left). */
export function spawnProgram(order: ProgramOrder): { program: OwnedProgram; ready: Promise<void> } {
  const log = openLog(order.logFile);
  const child = spawn(process.execPath, order.arguments, {
    env: { ...process.env, ...order.environment },
    stdio: ["ignore", log, log],
    // A Ctrl-C in the terminal reaches the whole group: the parent alone decides in which order things stop.
    detached: true,
  });
  if (typeof log === "number") closeSync(log);
  const pid = child.pid ?? -1;
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: -1, signal: null }));
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
  const program: OwnedProgram = {
    name: order.name,
    pid,
    logFile: order.logFile,
    ended,
    close: async () => {
      if (!isRunning()) return;
      child.kill("SIGTERM");
      const late = delay(closeDeadlineMs + (order.lingersMs ?? 0), "late" as const, { ref: false });
      if ((await Promise.race([ended, late])) === "late") killGroup(pid);
      await ended;
    },
    kill: () => {
      if (isRunning()) killGroup(pid);
    },
  };
  return { program, ready: waitUntilReady(order, program) };
}

function openLog(logFile: string | null): number | "inherit" {
  if (logFile === null) return "inherit";
  mkdirSync(dirname(logFile), { recursive: true });
  return openSync(logFile, "a", 0o600);
}

async function waitUntilReady(order: ProgramOrder, program: OwnedProgram): Promise<void> {
  let end: ProgramEnd | null = null;
  void program.ended.then((value) => (end = value));
  const hasEnded = (): ProgramEnd | null => end;
  const deadline = Date.now() + (order.readyDeadlineMs ?? 30_000);
  while (hasEnded() === null && Date.now() < deadline) {
    // Another program may hold the port and be the one that answers: then ours ends within moments.
    if ((await order.isReady()) && hasEnded() === null) return;
    await Promise.race([delay(40), program.ended]);
  }
  const outcome = hasEnded();
  if (outcome === null) {
    program.kill();
    await program.ended;
  }
  throw new ProgramDidNotStart(order, outcome);
}
