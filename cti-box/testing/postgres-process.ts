/** A PostgreSQL server of the test's own: a data folder that is thrown away, on a free port of loopback. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";

const startDeadlineMs = 20_000;
const packages = "/usr/lib/postgresql";

/** Where Debian keeps the programs of the newest version; null: the package postgresql is not here. */
function programs(): string | null {
  if (!existsSync(packages)) return null;
  const versions = readdirSync(packages).toSorted((one, other) => Number(other) - Number(one));
  return (
    versions.map((version) => join(packages, version, "bin")).find((bin) => existsSync(join(bin, "initdb"))) ?? null
  );
}

export const hasPostgres = (): boolean => programs() !== null;

/** The server refuses to run as root. */
function owner(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string): number => Number(execFileSync("id", [what, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

export class PostgresProcess {
  readonly url: string;
  readonly #bin: string;
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | null = null;

  private constructor(bin: string, folder: string, port: number) {
    this.#bin = bin;
    this.#folder = folder;
    this.#port = port;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  static async start(): Promise<PostgresProcess> {
    const bin = programs();
    if (bin === null) throw new Error("PostgreSQL is not installed (Debian package postgresql)");
    const folder = mkdtempSync(join(tmpdir(), "la2-postgres-"));
    const { uid, gid } = owner();
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    const words = [
      "-D",
      join(folder, "data"),
      "-A",
      "trust",
      "-U",
      "postgres",
      "--no-sync",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
    ];
    execFileSync(join(bin, "initdb"), words, { ...owner(), cwd: folder, stdio: "ignore" });
    const server = new PostgresProcess(bin, folder, await freePort());
    await server.comeUp();
    return server;
  }

  /** Comes (back) on the same port with the same data. */
  async comeUp(): Promise<void> {
    const settings = ["listen_addresses=127.0.0.1", "fsync=off", "max_connections=60"].flatMap((one) => ["-c", one]);
    const words = ["-D", join(this.#folder, "data"), "-p", String(this.#port), "-k", this.#folder, ...settings];
    this.#child = spawn(join(this.#bin, "postgres"), words, { ...owner(), cwd: this.#folder, stdio: "ignore" });
    const deadline = performance.now() + startDeadlineMs;
    while (!(await this.#answers())) {
      if (performance.now() > deadline || this.#child.exitCode !== null) throw new Error("PostgreSQL did not start");
      await delay(50);
    }
  }

  /** `SIGINT`: it ends its connections and stops; `SIGQUIT`: it stops without an orderly end, as in a crash. */
  async goDown(signal: "SIGINT" | "SIGQUIT"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** As an administrator would. */
  async run<Row extends object>(statement: string): Promise<Row[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await this.goDown("SIGQUIT");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    return this.run("SELECT 1").then(
      () => true,
      () => false,
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
