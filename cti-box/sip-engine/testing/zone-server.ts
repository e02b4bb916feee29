/** A real name server (dnsmasq) with a zone of a test's own, on loopback. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { freePort } from "./sipp/run-scenario.ts";

/** Where Debian puts it; that folder is not on everybody's path. */
const program = "/usr/sbin/dnsmasq";

export const hasDnsmasq = spawnSync(program, ["--version"]).error === undefined;

/** On a machine that is busy. */
const startMs = 30_000;
/** A port that was free may be somebody else's by the time it is asked for. */
const largestAttempts = 3;

export class ZoneServer {
  /** `address:port`. */
  readonly at: string;
  readonly #child: ChildProcess;

  private constructor(at: string, child: ChildProcess) {
    this.at = at;
    this.#child = child;
  }

  /** `records` in dnsmasq's own words: `srv-host=…`, `naptr-record=…`, `host-record=…`. It knows `domain` and nothing else. */
  static async start(domain: string, records: readonly string[]): Promise<ZoneServer> {
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      const fixed = `--conf-file=/dev/null --keep-in-foreground --no-resolv --no-hosts --bind-interfaces --user= --group=`;
      const words =
        `${fixed} --listen-address=127.0.0.1 --port=${port} --local-ttl=60 --log-facility=- --pid-file=`.split(" ");
      const own = records.map((record) => `--${record}`);
      const child = spawn(program, [...words, `--local=/${domain}/`, ...own], { stdio: ["ignore", "ignore", "pipe"] });
      const server = new ZoneServer(`127.0.0.1:${port}`, child);
      const end = await begun(child);
      if (end === "started") return server;
      await server.close();
      if (attempt === largestAttempts) throw new Error(`dnsmasq did not start: ${end.said}`);
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
  }
}

/** It says that it has started once its sockets are open. */
function begun(child: ChildProcess): Promise<"started" | { said: string }> {
  return new Promise((resolve) => {
    let said = "";
    const end = (): void => {
      clearTimeout(late);
      resolve({ said });
    };
    const late = setTimeout(end, startMs);
    child.once("exit", end);
    child.stderr?.on("data", (chunk) => {
      said += String(chunk);
      if (!said.includes(": started, ")) return;
      clearTimeout(late);
      resolve("started");
    });
  });
}
