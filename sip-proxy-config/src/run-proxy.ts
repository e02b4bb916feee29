/**
 * Kamailio as a child process in the foreground, in a folder of its own: started, waited for until it answers SIP, and ended with all its workers.
 *   starting ─answers OPTIONS─▶ running ─exit─▶ ended
 *       └────── exit / deadline ──────▶ ended (ProxyDidNotStart with its last lines)
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { answersOptions } from "./answers-options.ts";
import { findKamailio } from "./find-kamailio.ts";
import { findTakenAddresses } from "./free-address.ts";
import type { Listen } from "./network.ts";

export { findKamailio } from "./find-kamailio.ts";

export type ProxyOrder = {
  configText: string;
  /** The listening addresses of the description; the first one is asked whether it answers. */
  listen: readonly Listen[];
  /** Takes Kamailio's lines: what it did with which request, and its complaints. */
  log: (line: string) => void;
};

export type RunningProxy = {
  pid: number;
  /** Resolves when the process is gone, however that came about. */
  ended: Promise<ProxyEnd>;
  /** Ends Kamailio and its workers and removes its folder. Safe to call twice. */
  close(): Promise<void>;
};

export type ProxyEnd = { code: number | null; signal: NodeJS.Signals | null };

export class ProxyDidNotStart extends Error {
  constructor(why: string, lastLines: readonly string[]) {
    super([`kamailio did not start: ${why}`, ...lastLines].join("\n"));
  }
}

const startDeadlineMs = 15_000;
const answerDeadlineMs = 250;
const endDeadlineMs = 5_000;
const keptLines = 20;

/** Starts the proxy and waits until it answers. Throws {@link ProxyDidNotStart}; then nothing of it is left. */
export async function startProxy(order: ProxyOrder): Promise<RunningProxy> {
  const program = findKamailio();
  if (program === null) throw new ProxyDidNotStart("it is not installed (Debian package kamailio)", []);
  const taken = await findTakenAddresses(order.listen);
  if (taken.length > 0) throw new ProxyDidNotStart(taken.join(", "), []);
  const directory = await mkdtemp(join(tmpdir(), "la2-proxy-"));
  const removeDirectory = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const child = await spawnKamailio(program, directory, order.configText);
    const lastLines = collectLines(child, order.log);
    const ended = endOf(child, removeDirectory);
    const close = (): Promise<void> => endGroup(child, ended);
    const failure = await waitUntilReady(ended, order.listen);
    if (failure === null) return { pid: child.pid ?? -1, ended, close };
    await close();
    throw new ProxyDidNotStart(failure, lastLines());
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

async function spawnKamailio(program: string, directory: string, configText: string): Promise<ChildProcess> {
  const file = join(directory, "kamailio.cfg");
  await writeFile(file, configText, { mode: 0o600 });
  // Foreground (-DD) with log on stderr (-E); 64 MB shared and 8 MB private memory; everything it writes stays in its own folder.
  const options = ["-DD", "-E", "-m", "64", "-M", "8", "-f", file, "-P", join(directory, "pid"), "-Y", directory];
  return spawn(program, [...options, "-w", directory], {
    stdio: ["ignore", "ignore", "pipe"],
    // A process group of its own: Ctrl-C in the terminal goes to the parent alone, and the group can be ended as a whole.
    detached: true,
  });
}

function collectLines(child: ChildProcess, log: (line: string) => void): () => readonly string[] {
  const kept: string[] = [];
  if (child.stderr === null) return () => kept;
  createInterface({ input: child.stderr }).on("line", (line) => {
    kept.push(line);
    if (kept.length > keptLines) kept.shift();
    log(line);
  });
  return () => kept;
}

async function endOf(child: ChildProcess, cleanUp: () => Promise<void>): Promise<ProxyEnd> {
  const end = await new Promise<ProxyEnd>((resolve) => {
    // "close" comes after the last line of the log.
    child.once("close", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  await cleanUp();
  return end;
}

/** Null once the proxy answers, else why it does not. */
async function waitUntilReady(ended: Promise<ProxyEnd>, listen: readonly Listen[]): Promise<string | null> {
  const [first] = listen;
  if (first === undefined) return "no listening address was given";
  let end: ProxyEnd | null = null;
  void ended.then((value) => (end = value));
  const hasEnded = (): ProxyEnd | null => end;
  const deadline = performance.now() + startDeadlineMs;
  while (hasEnded() === null && performance.now() < deadline) {
    if (await answersOptions(first, answerDeadlineMs)) {
      return hasEnded() === null ? null : describeEnd(hasEnded());
    }
    await Promise.race([delay(20), ended]);
  }
  return describeEnd(hasEnded());
}

function describeEnd(end: ProxyEnd | null): string {
  if (end === null) return `no answer in ${startDeadlineMs / 1000} s`;
  return `it ended with ${end.signal === null ? `exit code ${end.code}` : end.signal}`;
}

/** SIGTERM to the main process, which ends its workers; what is left of the group after the deadline is killed. */
async function endGroup(child: ChildProcess, ended: Promise<ProxyEnd>): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  const late = new AbortController();
  const outcome = await Promise.race([ended, delay(endDeadlineMs, "late" as const, { signal: late.signal })]);
  late.abort();
  if (outcome !== "late") return;
  killGroup(child.pid);
  await ended;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: the group ended in the meantime, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
