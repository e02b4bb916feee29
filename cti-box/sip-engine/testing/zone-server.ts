/** A real name server (dnsmasq) with a zone of a test's own, on loopback. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { DnsClient } from "../resolve/dns-client.ts";
import { freePort } from "./sipp/run-scenario.ts";

/** Where Debian puts it; that folder is not on everybody's path. */
const program = "/usr/sbin/dnsmasq";

export const hasDnsmasq = spawnSync(program, ["--version"]).error === undefined;

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
    const port = await freePort();
    const fixed = `--conf-file=/dev/null --keep-in-foreground --no-resolv --no-hosts --bind-interfaces --user= --group=`;
    const words =
      `${fixed} --listen-address=127.0.0.1 --port=${port} --local-ttl=60 --log-facility=- --pid-file=`.split(" ");
    const own = records.map((record) => `--${record}`);
    const child = spawn(program, [...words, `--local=/${domain}/`, ...own], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (chunk) => (said += String(chunk)));
    const server = new ZoneServer(`127.0.0.1:${port}`, child);
    const client = new DnsClient({ servers: () => [{ address: "127.0.0.1", port }], attemptMs: 100, totalMs: 200 });
    for (let attempt = 0; attempt < 50 && child.exitCode === null; attempt += 1) {
      const found = await client.ask({ type: "A", name: domain });
      if (found.kind !== "failed") return server;
    }
    await server.close();
    throw new Error(`dnsmasq did not start: ${said}`);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
  }
}
