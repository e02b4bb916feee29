/** A program under measurement: started on a core of its own where that is possible, read from /proc, ended by its own pid. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** Linux counts processor time in ticks of this length. */
const tickSeconds = 0.01;
const endMs = 5_000;

export type Usage = { cpuSeconds: number; residentBytes: number; peakBytes: number };

export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  #output = "";

  private constructor(name: string, process: ChildProcess) {
    this.#name = name;
    this.#process = process;
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output = `${this.#output}${chunk.toString()}`.slice(-20_000);
      });
    }
  }

  /** Starts `words` pinned to core number `core`; null: wherever the system likes. `name` is for messages. */
  static start(name: string, words: readonly string[], { core, cwd }: { core: number | null; cwd?: string }): Child {
    const [program = "", ...rest] = core === null ? words : ["taskset", "-c", String(core), ...words];
    return new Child(
      name,
      spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"], ...(cwd !== undefined && { cwd }) }),
    );
  }

  /** What it wrote last, for messages. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Waits until it has written that text. Throws with its output when it ends or is late. */
  async says(text: string, deadlineMs: number): Promise<void> {
    const late = AbortSignal.timeout(deadlineMs);
    while (!this.#output.includes(text)) {
      if (this.hasEnded || late.aborted) throw new Error(`${this.#name} did not say "${text}":\n${this.#output}`);
      await Promise.race([
        once(this.#process, "exit"),
        once(this.#process.stdout ?? this.#process, "data"),
        once(late, "abort"),
      ]);
    }
  }

  /** Whether it ended by itself before the deadline. */
  async endedWithin(deadlineMs: number): Promise<boolean> {
    if (this.hasEnded) return true;
    await Promise.race([once(this.#process, "exit"), once(AbortSignal.timeout(deadlineMs), "abort")]);
    return this.hasEnded;
  }

  /** Processor time since it started, memory now and at most; of the programs that it has started as well. */
  usage(): Usage {
    const pid = Number(this.#process.pid);
    return [pid, ...childrenOf(pid)].map(usageOf).reduce(sum);
  }

  async close(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const hard = setTimeout(() => this.#process.kill("SIGKILL"), endMs);
    await ended;
    clearTimeout(hard);
  }
}

/** Fields of /proc/PID/stat from the third one on: the name in brackets before them may hold blanks. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function usageOf(pid: number): Usage {
  // utime and stime.
  const [user, system] = statOf(pid).slice(11, 13);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
  return {
    cpuSeconds: (Number(user) + Number(system)) * tickSeconds,
    residentBytes: kilobytes("VmRSS"),
    peakBytes: kilobytes("VmHWM"),
  };
}

/** Not every kernel lists a process's children. */
function childrenOf(pid: number): number[] {
  const isChild = (other: number): boolean => {
    try {
      return Number(statOf(other)[1]) === pid;
    } catch {
      return false; // It has ended meanwhile.
    }
  };
  return readdirSync("/proc").map(Number).filter(isChild);
}

function sum(one: Usage, other: Usage): Usage {
  return {
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    residentBytes: one.residentBytes + other.residentBytes,
    peakBytes: one.peakBytes + other.peakBytes,
  };
}
