/** One program of the bridge as a process: started, killed, started again on the same data. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const bridgeProgram = fileURLToPath(new URL("../src/main.ts", import.meta.url));
export const hubProgram = fileURLToPath(new URL("../src/tupa/hub-main.ts", import.meta.url));

export type ProgramExit = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** Runs it to its end. */
export async function runToEnd(program: string, args: readonly string[]): Promise<ProgramExit> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (bytes: Buffer) => {
      texts[name] += bytes.toString("utf8");
    });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...texts };
}

export class ChildProgram {
  readonly #program: string;
  readonly #configFile: string;
  #child: ChildProcess | null = null;
  log = "";
  url = "";

  constructor(program: string, configFile: string, config: object) {
    this.#program = program;
    this.#configFile = configFile;
    mkdirSync(dirname(configFile), { recursive: true });
    writeFileSync(configFile, JSON.stringify(config));
  }

  /** Resolves with the ready line; rejects with the log when the program ends before. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.#program, "--config", this.#configFile, "--ready-json"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LA2_LOG: "info" },
    });
    this.#child = child;
    child.stderr.on("data", (bytes: Buffer) => {
      this.log += bytes.toString("utf8");
    });
    const ready = once(createInterface(child.stdout), "line") as Promise<[string]>;
    const ended = once(child, "exit").then(() => null);
    const line = await Promise.race([ready, ended]);
    if (line === null) throw new Error(`the program ended before it was ready:\n${this.log}`);
    this.url = (JSON.parse(line[0]) as { url: string }).url;
  }

  /** Like a power cut. Resolves when the process is gone. */
  kill(): Promise<ProgramExit> {
    return this.#end("SIGKILL");
  }

  /** In good order. */
  stop(): Promise<ProgramExit> {
    return this.#end("SIGTERM");
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async #end(signal: NodeJS.Signals): Promise<ProgramExit> {
    const child = this.#child;
    if (child === null) throw new Error("never started");
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
    }
    return { code: child.exitCode, signal: child.signalCode, stdout: "", stderr: this.log };
  }
}
