/** sipp as load: calls or registrations at a fixed rate, counted by its own statistics. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child } from "../child.ts";
import { ports } from "./servers.ts";

export const callee = { host: "127.0.0.3", port: 15_070 } as const;
export const caller = { host: "127.0.0.2", port: 15_061 } as const;
/** sipp ends by itself when its last call is over; how long after the last one was started it may take. */
const tailMs = 60_000;

export type LoadResult = {
  /** Those that ended, well or not. */
  calls: number;
  /** Those that ended badly or not at all. */
  failed: number;
  retransmissions: number;
  /** From the first call to the end of the last one. */
  seconds: number;
};

export type Load = {
  /** A file under `scenarios/`, or a whole path. */
  scenario: string;
  rate: number;
  count: number;
  core: number | null;
  /** How many different callers, or users that register. */
  users?: number;
  /** A line of sipp's values for each of them: `[field0]` is the user. */
  userLine?: (index: number) => string;
  /** Whom they call; absent: the callee, by the name that the benchmark's application understands. */
  called?: string;
  from?: { host: string; port: number };
};

const scenarioPath = (name: string): string => fileURLToPath(new URL(`scenarios/${name}`, import.meta.url));

/** Answers calls until it is closed. */
export function startCallee(core: number | null): Child {
  const words = ["sipp", "-sf", scenarioPath("callee.xml"), "-i", callee.host, "-p", String(callee.port), "-nostdin"];
  return Child.start("callee", words, { core });
}

export type RunningLoad = {
  child: Child;
  /** When all calls are over, or are late. */
  result(): Promise<LoadResult>;
  /** Calls that are up now, as sipp wrote it down within the last second. */
  standing(): number;
  close(): Promise<void>;
};

/** Starts the load in a folder of its own, which `close` removes. */
export function startLoad(load: Load): RunningLoad {
  const folder = mkdtempSync(join(tmpdir(), "la2-bench-"));
  const users = join(folder, "users.csv");
  const userLine = load.userLine ?? ((index: number) => `user${index};`);
  const lines = Array.from({ length: load.users ?? 1 }, (_each, index) => userLine(index));
  writeFileSync(users, `SEQUENTIAL\n${lines.join("\n")}\n`);
  const to = [`127.0.0.1:${ports.sip}`, "-s", load.called ?? `${callee.host}-${callee.port}`];
  const { host, port } = load.from ?? caller;
  const from = ["-i", host, "-p", String(port)];
  const file = isAbsolute(load.scenario) ? load.scenario : scenarioPath(load.scenario);
  const what = ["-sf", file, "-inf", users];
  const howMany = ["-r", String(load.rate), "-m", String(load.count), "-l", "200000"];
  const counted = ["-nostdin", "-trace_stat", "-stf", join(folder, "stat.csv"), "-fd", "1"];
  const words = ["sipp", ...to, ...from, ...what, ...howMany, ...counted];
  const child = Child.start("sipp", words, { core: load.core, cwd: folder });
  const startedMs = performance.now();
  return {
    child,
    result: async () => {
      await child.endedWithin((load.count / load.rate) * 1_000 + tailMs);
      const seconds = (performance.now() - startedMs) / 1_000;
      const count = readStatistics(join(folder, "stat.csv"));
      const failed = count("FailedCall(C)");
      const calls = count("SuccessfulCall(C)") + failed;
      const retransmissions = count("Retransmissions(C)");
      // A call that is not over by then has failed as well: a server that forgets calls must not end the whole benchmark.
      return { calls, failed: failed + load.count - calls, retransmissions, seconds };
    },
    standing: () => readStatistics(join(folder, "stat.csv"))("CurrentCall"),
    close: async () => {
      await child.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The last line of sipp's statistics, by the names in its first one. */
function readStatistics(path: string): (name: string) => number {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const names = lines[0]?.split(";") ?? [];
  const last = lines.at(-1)?.split(";") ?? [];
  return (name) => {
    const at = names.indexOf(name);
    if (at === -1) throw new Error(`sipp's statistics have no column ${name}`);
    return Number(last[at]);
  };
}
