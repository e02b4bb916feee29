/** A callee of the published test bed: sipp that waits for calls for as long as the test lasts, and counts them. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type CallCounts = { successful: number; failed: number };

const endMs = 3_000;

export class Callee {
  readonly #child: ChildProcess;
  readonly #files: { statistics: string; errors: string };

  /** Calls that are not hung up keep nobody waiting: it is ended hard. */
  constructor(scenarioFile: string, address: string, folder: string) {
    this.#files = { statistics: join(folder, `${address}.statistics`), errors: join(folder, `${address}.errors`) };
    const words =
      `-sf ${scenarioFile} -i ${address} -p 5060 -nostdin -trace_stat -fd 1 -stf ${this.#files.statistics} -trace_err -error_file ${this.#files.errors}`.split(
        " ",
      );
    this.#child = spawn("sipp", words, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
  }

  /** As of the last second; calls under way count for neither. */
  get counts(): CallCounts {
    const lines = textOf(this.#files.statistics).trim().split("\n");
    const names = lines[0]?.split(";") ?? [];
    const values = lines.at(-1)?.split(";") ?? [];
    const of = (name: string): number => Number(values[names.indexOf(name)] ?? 0);
    return { successful: of("SuccessfulCall(C)"), failed: of("FailedCall(C)") };
  }

  get report(): string {
    return textOf(this.#files.errors).slice(0, 3_000);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async close(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), endMs);
    await ended;
    clearTimeout(late);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
