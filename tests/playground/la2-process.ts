/** The command line as a user runs it: a process of its own, whose words and end are waited for. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { projectDirectory } from "../../bin/playground/folders.ts";
import { findPortProblems, neededPorts } from "../../bin/playground/free-ports.ts";
import { planPlayground } from "../../bin/playground/plan.ts";

export type La2Process = {
  pid: number;
  words(): string;
  /** Resolves when the words are there; rejects at the deadline or when the process ends without them. */
  says(words: string, deadlineMs?: number): Promise<void>;
  ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
};

export function runLa2(words: string[], environment: NodeJS.ProcessEnv = {}): La2Process {
  const child: ChildProcess = spawn(process.execPath, [join(projectDirectory, "bin/la2.ts"), ...words], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      for (const listener of heard) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      resolve(code);
      for (const listener of heard) listener();
    });
  });
  return {
    pid: child.pid ?? -1,
    words: () => said,
    says: (wanted, deadlineMs = 60_000) =>
      new Promise<void>((resolve, reject) => {
        const finish = (error?: Error): void => {
          clearTimeout(timer);
          heard.delete(look);
          if (error === undefined) resolve();
          else reject(error);
        };
        const look = (): void => {
          if (said.includes(wanted)) finish();
          else if (child.exitCode !== null) finish(new Error(`ended without "${wanted}":\n${said}`));
        };
        const timer = setTimeout(() => finish(new Error(`did not say "${wanted}" in time:\n${said}`)), deadlineMs);
        heard.add(look);
        look();
      }),
    ended,
    signal: (name) => child.kill(name),
  };
}

/** A base whose seven ports are free on all addresses of the playground. */
export async function freeBasePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const basePort = 20_000 + Math.floor(Math.random() * 1_500) * 10;
    const plan = planPlayground({ directory: "", basePort, secretOf: () => "" });
    if ((await findPortProblems(neededPorts(plan, true))).length === 0) return basePort;
  }
  throw new Error("no seven free ports in a row were found");
}
