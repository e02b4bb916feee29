/** The published test bed on loopback: its servers, its callees that a test file names, and a name server that knows them all. */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ServerProcess, thisEngine, type ServerKind } from "../../cti-box/sip-engine/testing/server-process.ts";
import { ZoneServer } from "../../cti-box/sip-engine/testing/zone-server.ts";
import { Callee, type CallCounts } from "./callee.ts";
import { PackageCopy, type Service } from "./package-copy.ts";
import type { PublishedFile } from "./published-files.ts";
import { factsIn, surroundingsVariable, type Fact, type Surroundings } from "./reports.ts";
import { writeFileSync } from "node:fs";

/** The servers' control port and secret in the published configuration; every server has an address of its own here. */
const adminPort = 9022;
const secret = "cymru";

const calleeLeftBehind = fileURLToPath(new URL("callee-left-behind.xml", import.meta.url));

export class TestBed {
  readonly #copy: PackageCopy;
  readonly #servers: ServerProcess[] = [];
  readonly #callees = new Map<string, Callee>();
  readonly #surroundings: Surroundings;
  #names: ZoneServer | null = null;

  private constructor(copy: PackageCopy, surroundings: Surroundings) {
    this.#copy = copy;
    this.#surroundings = surroundings;
  }

  static async open(kind: ServerKind, { file, abandoned = {} }: PublishedFile): Promise<TestBed> {
    const network = await freeNetwork();
    const copy = new PackageCopy(network);
    const named = servicesFor(copy, file);
    const addresses = Object.fromEntries(named.map(({ name, address }) => [name, address]));
    const factsFile = join(copy.folder, "facts");
    writeFileSync(factsFile, "");
    const bed = new TestBed(copy, { factsFile, scenariosFolder: copy.scenarios, network, addresses });
    try {
      await bed.#start(kind, named, kind === thisEngine ? Object.keys(abandoned) : []);
      return bed;
    } catch (error) {
      await bed.close();
      throw error;
    }
  }

  /** `leftBehind`: callees with calls that are left behind. */
  async #start(kind: ServerKind, named: Service[], leftBehind: readonly string[]): Promise<void> {
    if (named.length === 0) return;
    const records = named.flatMap(({ name, address }) => [`host-record=${name},${address}`, `local=/${name}/`]);
    this.#names = await ZoneServer.start(named[0]?.name ?? "", records);
    const resolver = join(this.#copy.folder, "resolv.conf");
    const [nameServer = "", port = ""] = this.#names.at.split(":");
    writeFileSync(resolver, `nameserver ${nameServer}\nport ${port}\n`);
    for (const { name, address, command } of named) {
      if (command.startsWith("drachtio ")) {
        const place = { host: address, adminPort, sipPort: 5060, secret };
        this.#servers.push(await ServerProcess.start(kind, place, asking(kind, this.#names.at, resolver)));
        this.#copy.pointServers({ [name]: { host: address, port: adminPort } });
      } else if (command !== "") {
        const published = join(this.#copy.scenarios, command.replace(/^sipp -sf \/tmp\//, ""));
        const scenario = leftBehind.includes(name) ? calleeLeftBehind : published;
        this.#callees.set(name, new Callee(scenario, address, this.#copy.folder));
      }
    }
  }

  /** Runs the file to its end. Its exit code says nothing: the facts do. */
  async run(file: string, deadlineMs: number): Promise<Fact[]> {
    const environment = {
      ...process.env,
      NODE_ENV: "test",
      [surroundingsVariable]: JSON.stringify(this.#surroundings),
    };
    const child = spawn(process.execPath, [join(this.#copy.folder, "test", file)], {
      cwd: this.#copy.folder,
      env: environment,
      stdio: ["ignore", "ignore", "ignore"],
      detached: true,
    });
    // The whole group: sipp that it started does not outlive it.
    const end = (): void => void (child.pid !== undefined && endGroup(child.pid));
    const late = setTimeout(end, deadlineMs);
    await once(child, "exit");
    clearTimeout(late);
    end();
    return factsIn(this.#surroundings.factsFile);
  }

  /** What the callees have counted so far, by their names. */
  counts(): Record<string, CallCounts> {
    return Object.fromEntries([...this.#callees].map(([name, callee]) => [name, callee.counts]));
  }

  /** What callees and servers wrote, for the message of a test that fails. */
  get output(): string {
    const callees = [...this.#callees].map(([name, callee]) => `${name}:\n${callee.report}`);
    return [...callees, ...this.#servers.map((server) => server.output.slice(-3_000))].join("\n");
  }

  async close(): Promise<void> {
    await Promise.all([...this.#callees.values()].map((callee) => callee.close()));
    await Promise.all(this.#servers.map((server) => server.close()));
    await this.#names?.close();
    this.#copy.remove();
  }
}

/** Makes the server ask that name server: this engine has an option for it; another gets a resolv.conf(5) of its own, for which the system must let us mount. */
function asking(kind: ServerKind, nameServer: string, resolver: string): { before?: string[]; after?: string[] } {
  if (kind === thisEngine) return { after: ["--dns", nameServer] };
  return { before: ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolver] };
}

/** Containers that the file or its scripts name, or that those name in their scenarios; callees that the file starts itself have no command. */
function servicesFor(copy: PackageCopy, file: string): Service[] {
  const own = copy.read(file);
  const scripts = [...own.matchAll(/require\('\.\/(scripts\/[\w-]+)/g)].map(([, path]) => copy.read(`${path}.js`));
  const all = copy.services();
  let text = [own, ...scripts].join("\n");
  const found = new Set<Service>();
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const service of all) {
      const names = new RegExp(`(${service.name}(?![-\\w])|${service.address.replaceAll(".", "\\.")}(?!\\d))`);
      if (found.has(service) || !names.test(text)) continue;
      found.add(service);
      const scenario = /\/tmp\/(.*)$/.exec(service.command)?.[1];
      if (scenario !== undefined) text += copy.read(`scenarios/${scenario}`);
    }
  }
  const started = [...own.matchAll(/sippUas\('[^']+', '([^']+)'\)/g)].map(([, name = ""], index) => ({
    name,
    address: `${(all[0]?.address ?? "").replace(/\d+$/, "")}${90 + index}`,
    command: "",
  }));
  return [...found, ...started];
}

/** A loopback network on whose addresses nobody has SIP sockets. */
async function freeNetwork(): Promise<string> {
  for (;;) {
    const network = `127.${64 + Math.floor(Math.random() * 160)}.${Math.floor(Math.random() * 256)}.`;
    const socket = createSocket("udp4");
    const isFree = once(socket, "listening").then(
      () => true,
      () => false,
    );
    socket.bind(5060, `${network}10`);
    const found = await isFree;
    socket.close();
    if (found) return network;
  }
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nobody of it is left.
  }
}
