/**
 * Where a request goes: RFC 3263 §4 (with RFC 7984 for both address families) as a pure function. It is called with the answers known so far and
 * either gives the targets in the order to try them, or the questions whose answers it needs next:
 *
 *   numeric host ────────────────────────────────────────────────────────────────────────────▶ targets
 *   port given ──────────────────────────────────────────────────────────────── A, AAAA ─────▶ targets
 *   transport given ─────────────────────────── SRV of that transport ─ found ─ A, AAAA ─────▶ targets
 *   neither ── NAPTR ─ found ─ SRV it names ───────────────────────────────────▲
 *                 └─ none ──── SRV of every transport spoken ──────────────────┘
 *                                     └─ none ── A, AAAA of the host, default port ──────────▶ targets
 */
import { isSecure as isEncrypted, type Protocol } from "../transport/flow.ts";
import { inAddressOrder } from "./address-order.ts";
import { defaultPort, isNumeric, type Destination } from "./destination.ts";
import { questionKey, type AnyRecord, type NaptrRecord, type Question, type RecordOf } from "./records.ts";
import { inSrvOrder } from "./srv-order.ts";

/** One place to try. `host` is the name that a certificate there has to show (RFC 5922 §4): the URI's own. */
export type Target = { protocol: Protocol; address: string; port: number; host: string };

/** A protocol that a socket of ours speaks, with the address families it has. */
export type Spoken = { protocol: Protocol; v4: boolean; v6: boolean };

export type Plan = { kind: "ask"; questions: Question[] } | { kind: "targets"; targets: Target[] };

export type Knowledge = {
  /** In order of preference. */
  spoken: readonly Spoken[];
  /** By {@link questionKey}; what could not be found out stands there as no records. */
  answers: ReadonlyMap<string, readonly AnyRecord[]>;
  random: () => number;
};

/** What strangers' zones can make us do is bounded. */
const largest = { naptr: 16, srv: 16, addresses: 8, targets: 16 };

const naptrServices: ReadonlyMap<string, string> = new Map([
  ["sip+d2u", "udp"],
  ["sip+d2t", "tcp"],
  ["sips+d2t", "tls"],
  ["sip+d2w", "ws"],
  ["sips+d2w", "wss"],
]);

const srvPrefixes: ReadonlyMap<string, string> = new Map([
  ["udp", "_sip._udp."],
  ["tcp", "_sip._tcp."],
  ["tls", "_sips._tcp."],
  ["ws", "_sip._ws."],
  ["wss", "_sips._ws."],
]);

/** One step of the way from a destination to its targets. No targets: nothing there that we could reach. */
export function planTargets(destination: Destination, knowledge: Knowledge): Plan {
  const { host, port, protocol } = destination;
  const usable = usableFor(destination, knowledge.spoken);
  const fixed = usable[0];
  if (fixed === undefined) return { kind: "targets", targets: [] };
  const planning = new Planning(host, knowledge);
  if (isNumeric(host) || port !== null)
    return planning.result(planning.atHost(host, { spoken: fixed, port: port ?? defaultPort(fixed.protocol) }));
  const services = protocol === null ? planning.services(usable) : [{ spoken: fixed, name: srvName(fixed, host) }];
  if (services === null) return planning.result(null);
  const found = planning.atServices(services);
  if (found === null || found.kind === "offered") return planning.result(found?.targets ?? null);
  return planning.result(planning.atHost(host, { spoken: fixed, port: defaultPort(fixed.protocol) }));
}

/** What of ours could carry a request there, best first; empty: the URI asks for something that we do not speak. */
export function usableFor({ protocol, isSecure }: Destination, spoken: readonly Spoken[]): readonly Spoken[] {
  if (protocol !== null) return spoken.filter((each) => each.protocol === answering(protocol, spoken));
  const allowed = spoken.filter((each) => !isSecure || isEncrypted(each.protocol));
  // Nobody is reached by a WebSocket of ours unless the URI says so (RFC 7118 §5).
  const usual = allowed.filter((each) => !each.protocol.startsWith("ws"));
  return usual.length > 0 ? usual : allowed;
}

/** Pages name `ws` also where they are on a secure WebSocket (RFC 7118 §5.2.2). */
function answering(protocol: string, spoken: readonly Spoken[]): string {
  const isAsked = spoken.some((each) => each.protocol === protocol);
  return protocol === "ws" && !isAsked ? "wss" : protocol;
}

type Service = { spoken: Spoken; name: string };
type Offer = { kind: "offered"; targets: Target[] | null } | { kind: "not-offered" };

function srvName(spoken: Spoken, host: string): string {
  return `${srvPrefixes.get(spoken.protocol) ?? `_sip._${spoken.protocol}.`}${host}`;
}

/** Looks at the answers, and remembers which are missing. `null` stands for: not known yet. */
class Planning {
  readonly #host: string;
  readonly #knowledge: Knowledge;
  readonly #missing = new Map<string, Question>();

  constructor(host: string, knowledge: Knowledge) {
    this.#host = host;
    this.#knowledge = knowledge;
  }

  result(targets: Target[] | null): Plan {
    if (this.#missing.size > 0 || targets === null) return { kind: "ask", questions: [...this.#missing.values()] };
    return { kind: "targets", targets: targets.slice(0, largest.targets) };
  }

  /** The services to look for: those that NAPTR records name, else the usual names of all that is spoken. */
  services(usable: readonly Spoken[]): Service[] | null {
    const records = this.#records("NAPTR", this.#host);
    if (records === null) return null;
    const named = naptrServicesIn(records, usable);
    return named.length > 0 ? named : usable.map((spoken) => ({ spoken, name: srvName(spoken, this.#host) }));
  }

  /** The targets of all services; "not-offered" where not one of them has an SRV record. */
  atServices(services: readonly Service[]): Offer | null {
    const found = services.map(({ spoken, name }) => ({ spoken, records: this.#records("SRV", name) }));
    if (this.#missing.size > 0) return null;
    if (found.every(({ records }) => records?.length === 0)) return { kind: "not-offered" };
    const targets = found.flatMap(({ spoken, records }) =>
      inSrvOrder(records?.slice(0, largest.srv) ?? [], this.#knowledge.random)
        // An empty target: decidedly not available at this domain (RFC 2782).
        .filter((record) => record.target !== "")
        .flatMap((record) => this.atHost(record.target, { spoken, port: record.port }) ?? []),
    );
    return { kind: "offered", targets: this.#missing.size > 0 ? null : targets };
  }

  /** The addresses of a host, of the families that the socket has. */
  atHost(host: string, { spoken, port }: { spoken: Spoken; port: number }): Target[] | null {
    if (isNumeric(host))
      return (host.includes(":") ? spoken.v6 : spoken.v4) ? [this.#target(host, { spoken, port })] : [];
    const wide = spoken.v6 ? this.#records("AAAA", host) : [];
    const narrow = spoken.v4 ? this.#records("A", host) : [];
    if (wide === null || narrow === null) return null;
    const addresses = inAddressOrder([...wide.slice(0, largest.addresses), ...narrow.slice(0, largest.addresses)]);
    return addresses.map((address) => this.#target(address, { spoken, port }));
  }

  #target(address: string, { spoken, port }: { spoken: Spoken; port: number }): Target {
    return { protocol: spoken.protocol, address, port, host: this.#host };
  }

  #records<T extends keyof RecordOf>(type: T, name: string): readonly RecordOf[T][] | null {
    const key = questionKey({ type, name });
    const known = this.#knowledge.answers.get(key);
    if (known === undefined) {
      this.#missing.set(key, { type, name });
      return null;
    }
    return known as readonly RecordOf[T][];
  }
}

/** What can be used of NAPTR records: of the lowest order that has anything for us, by preference (RFC 3403 §4.1, RFC 3263 §4.1). */
function naptrServicesIn(records: readonly NaptrRecord[], usable: readonly Spoken[]): Service[] {
  const sorted = records
    .slice(0, largest.naptr)
    .sort((one, other) => one.order - other.order || one.preference - other.preference);
  const services: (Service & { order: number })[] = [];
  for (const { order, flags, service, regexp, replacement } of sorted) {
    const spoken = usable.find((each) => each.protocol === naptrServices.get(service));
    if (spoken === undefined || flags !== "s" || regexp !== "" || replacement === "") continue;
    if (services[0] !== undefined && services[0].order !== order) break;
    services.push({ spoken, name: replacement, order });
  }
  return services;
}
