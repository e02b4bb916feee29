/** The names that the machine's own table knows (hosts(5)); they come before those of any name server. */
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";

/** Name → its addresses. Lines that cannot be read are left out. */
export function hostsIn(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address, ...names] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const name of names) hosts.set(name.toLowerCase(), [...(hosts.get(name.toLowerCase()) ?? []), address]);
  }
  return hosts;
}

/** How often the file is looked at for changes. */
const lookAgainMs = 5_000;

export class HostsFile {
  readonly #path: string;
  readonly #now: () => number;
  #hosts: ReadonlyMap<string, readonly string[]> = new Map();
  #changedAt = -1;
  #lookAt = Number.NEGATIVE_INFINITY;

  /** `now` in milliseconds. */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** The addresses of a lower-case name, or null when the file does not have it. */
  addressesOf(name: string): readonly string[] | null {
    if (this.#now() >= this.#lookAt) this.#look();
    return this.#hosts.get(name) ?? null;
  }

  #look(): void {
    this.#lookAt = this.#now() + lookAgainMs;
    try {
      const changedAt = statSync(this.#path).mtimeMs;
      if (changedAt === this.#changedAt) return;
      this.#hosts = hostsIn(readFileSync(this.#path, "utf8"));
      this.#changedAt = changedAt;
    } catch {
      // A machine without such a table knows no names of its own.
      this.#hosts = new Map();
      this.#changedAt = -1;
    }
  }
}

/** Where the system keeps it. */
export function systemHostsPath(): string {
  return process.platform === "win32"
    ? `${process.env["SystemRoot"] ?? "C:\\Windows"}\\System32\\drivers\\etc\\hosts`
    : "/etc/hosts";
}
