/** Where a SIP URI leads (RFC 3263, without NAPTR): an address, or a name looked up by SRV and by address. */
import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";

export type WantedTarget = {
  host: string;
  port: number | null;
  /** `udp`, `tcp`, `tls`; null: the URI does not say. */
  transport: string | null;
};
export type Target = { address: string; port: number; transport: string };
export type FoundTargets =
  | { kind: "targets"; targets: readonly Target[] }
  | { kind: "name-unknown"; name: string }
  | { kind: "name-servers-silent"; name: string };

/** Null: no SIP URI. */
export function readTarget(uri: string): WantedTarget | null {
  const [, scheme, bracketed, name, port, parameters = ""] =
    /^(sips?):(?:[^@]*@)?(?:\[([^\]]+)\]|([^:;?]+))(?::(\d+))?(.*)$/i.exec(uri) ?? [];
  const host = bracketed ?? name;
  if (host === undefined) return null;
  const named = /;transport=([a-z]+)/i.exec(parameters)?.[1]?.toLowerCase() ?? null;
  const isSecure = scheme?.toLowerCase() === "sips";
  return { host, port: port === undefined ? null : Number(port), transport: isSecure ? "tls" : named };
}

const services: readonly { transport: string; prefix: string }[] = [
  { transport: "udp", prefix: "_sip._udp" },
  { transport: "tcp", prefix: "_sip._tcp" },
  { transport: "tls", prefix: "_sips._tcp" },
];

/** A name that is looked up in vain is told; never rejects. */
export async function findTargets(wanted: WantedTarget, dnsServers: readonly string[]): Promise<FoundTargets> {
  const { host, port, transport } = wanted;
  const names = new Names(dnsServers);
  try {
    if (isIP(host) === 0 && port === null) {
      const targets = await viaServices(names, wanted);
      if (targets.length > 0) return { kind: "targets", targets };
    }
    const usual = transport ?? "udp";
    const addresses = isIP(host) === 0 ? await names.addressesOf(host) : [host];
    const targets = addresses.map((address) => ({
      address,
      port: port ?? (usual === "tls" ? 5061 : 5060),
      transport: usual,
    }));
    return targets.length === 0 ? { kind: "name-unknown", name: host } : { kind: "targets", targets };
  } catch {
    return { kind: "name-servers-silent", name: host };
  }
}

async function viaServices(names: Names, { host, transport }: WantedTarget): Promise<Target[]> {
  for (const service of services.filter((each) => transport === null || each.transport === transport)) {
    const records = await names.servicesOf(`${service.prefix}.${host}`);
    if (records.length === 0) continue;
    const found = await Promise.all(
      records.map(async ({ name, port }) => {
        const addresses = isIP(name) === 0 ? await names.addressesOf(name) : [name];
        return addresses.map((address) => ({ address, port, transport: service.transport }));
      }),
    );
    return found.flat();
  }
  return [];
}

/** Answers that say that there is nothing; all others mean that nobody could be asked. */
const nothingThere = new Set(["ENOTFOUND", "ENODATA", "EAI_NONAME", "EAI_NODATA"]);

class Names {
  private readonly resolver = new Resolver({ timeout: 2_000, tries: 2 });
  private readonly usesSystem: boolean;

  constructor(dnsServers: readonly string[]) {
    this.usesSystem = dnsServers.length === 0;
    if (!this.usesSystem) this.resolver.setServers([...dnsServers]);
  }

  async servicesOf(name: string): Promise<{ name: string; port: number }[]> {
    const records = await orNothing(this.resolver.resolveSrv(name));
    return records.toSorted((one, other) => one.priority - other.priority);
  }

  /** The machine's own way, hosts file included, where no name servers are set. */
  async addressesOf(name: string): Promise<string[]> {
    if (this.usesSystem) return (await orNothing(lookup(name, { all: true }))).map(({ address }) => address);
    const [four, six] = await Promise.all([
      orNothing(this.resolver.resolve4(name)),
      orNothing(this.resolver.resolve6(name)),
    ]);
    return [...four, ...six];
  }
}

/** Rejects where nobody could be asked. */
async function orNothing<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    if (nothingThere.has((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
