/**
 * Who is asked about a name, in this order: the reserved names (RFC 6761), the machine's hosts file, the name servers, and for what they do not know the
 * system's own look-up (mDNS, search domains, whatever the machine is set up for), which tells addresses only.
 */
import { lookup, Resolver } from "node:dns";
import { isIP } from "node:net";
import { DnsClient, type DnsServer } from "./dns-client.ts";
import type { HostsFile } from "./hosts-file.ts";
import type { Found, Question } from "./records.ts";

/** The system does not say how long its answers hold. */
const systemTtlMs = 30_000;
const unknownTtlMs = 5_000;
const systemDeadlineMs = 3_000;
/** How often the system's list of name servers is read anew. */
const serversHoldMs = 10_000;

export type NameSourceOptions = {
  hosts: HostsFile;
  now: () => number;
  /** `address` or `address:port`; empty: those of the system. */
  servers: readonly string[];
  attemptMs?: number;
  totalMs?: number;
};

export class NameSource {
  readonly #hosts: HostsFile;
  readonly #usesSystem: boolean;
  readonly #client: DnsClient;

  constructor({ hosts, now, servers, attemptMs = 1_000, totalMs = 5_000 }: NameSourceOptions) {
    this.#hosts = hosts;
    this.#usesSystem = servers.length === 0;
    const given = servers.map(parseServer).filter((server) => server !== null);
    this.#client = new DnsClient({ servers: this.#usesSystem ? systemServers(now) : () => given, attemptMs, totalMs });
  }

  get counters(): DnsClient["counters"] {
    return this.#client.counters;
  }

  /** Never rejects. */
  async ask(question: Question): Promise<Found> {
    const { type, name } = question;
    const own = reserved(question) ?? this.#inHosts(question);
    if (own !== null) return own;
    const isAddress = type === "A" || type === "AAAA";
    // A name without a dot means something on this network only: the system knows what to append.
    const isLocal = this.#usesSystem && !name.includes(".");
    if (isLocal && !isAddress) return { kind: "none", ttlMs: systemTtlMs };
    if (isLocal) return bySystem(name, type === "AAAA" ? 6 : 4);
    const found = await this.#client.ask(question);
    return found.kind === "none" && isAddress && this.#usesSystem ? bySystem(name, type === "AAAA" ? 6 : 4) : found;
  }

  close(): void {
    this.#client.close();
  }

  #inHosts({ type, name }: Question): Found | null {
    const addresses = this.#hosts.addressesOf(name);
    if (addresses === null) return null;
    const family = type === "A" ? 4 : type === "AAAA" ? 6 : null;
    const records = addresses.filter((address) => isIP(address) === family);
    return records.length > 0
      ? { kind: "records", records, ttlMs: unknownTtlMs }
      : { kind: "none", ttlMs: unknownTtlMs };
  }
}

/** RFC 6761 §6.3, §6.4: `localhost` is this machine, `invalid` is nowhere; neither is asked for. */
function reserved({ type, name }: Question): Found | null {
  if (name === "invalid" || name.endsWith(".invalid")) return { kind: "none", ttlMs: systemTtlMs };
  if (name !== "localhost" && !name.endsWith(".localhost")) return null;
  if (type === "A") return { kind: "records", records: ["127.0.0.1"], ttlMs: systemTtlMs };
  if (type === "AAAA") return { kind: "records", records: ["::1"], ttlMs: systemTtlMs };
  return { kind: "none", ttlMs: systemTtlMs };
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:53`; null for anything else. */
export function parseServer(text: string): DnsServer | null {
  const bare = text.trim();
  if (isIP(bare) !== 0) return { address: bare, port: 53 };
  const found = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(bare);
  const address = found?.[1] ?? found?.[2] ?? "";
  const port = Number(found?.[3] ?? 53);
  return isIP(address) === 0 || port < 1 || port > 65_535 ? null : { address, port };
}

/** The servers that the system is set up with. A new resolver reads the system's settings anew. */
function systemServers(now: () => number): () => readonly DnsServer[] {
  let known: readonly DnsServer[] = [];
  let until = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() < until) return known;
    until = now() + serversHoldMs;
    known = new Resolver()
      .getServers()
      .map(parseServer)
      .filter((server) => server !== null);
    return known;
  };
}

function bySystem(name: string, family: 4 | 6): Promise<Found> {
  return new Promise((resolve) => {
    const late = setTimeout(
      () => resolve({ kind: "failed", why: "the system's look-up takes too long" }),
      systemDeadlineMs,
    );
    lookup(name, { all: true, family }, (error, found) => {
      clearTimeout(late);
      if (error === null) {
        resolve({ kind: "records", records: found.map(({ address }) => address), ttlMs: systemTtlMs });
        return;
      }
      const isKnownAbsent = error.code === "ENOTFOUND" || error.code === "ENODATA";
      resolve(isKnownAbsent ? { kind: "none", ttlMs: unknownTtlMs } : { kind: "failed", why: String(error.code) });
    });
  });
}
