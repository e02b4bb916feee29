/** From a destination to the ways there, over the sockets that are open. One owner (the user agent) opens and closes it. */
import type { Flow, Listener, Peer, Protocol } from "../transport/flow.ts";
import type { SipUri } from "../message/sip-uri.ts";
import type { Via } from "../message/via.ts";
import { defaultPort, destinationOf, isNumeric, type Destination } from "./destination.ts";
import { Locator, type LocatorOptions } from "./locator.ts";
import { usableFor, type Spoken, type Target } from "./plan-targets.ts";
import { Ways, type Connector, type Way } from "./ways.ts";

/** The order in which protocols are preferred where neither the URI nor DNS says anything (RFC 3263 §4.1: UDP for `sip:`). */
const preference: readonly string[] = ["udp", "tcp", "tls", "ws", "wss"];

export type Sockets = Connector & {
  readonly listeners: readonly Listener[];
  isOurself(peer: Peer): boolean;
  isOwnName(name: string, port: number | null): boolean;
};

export type Found =
  | { kind: "ways"; ways: Ways; protocol: Protocol }
  /** Every target is a socket of our own. */
  | { kind: "ourself" }
  /** No socket of ours speaks what the URI asks for. */
  | { kind: "not-spoken" };

/** How long a connection is waited for that only the length of a message asks for, and how long a refusal is remembered. */
const upgrade = { connectMs: 1_500, avoidSeconds: 600 };

export class WayFinder {
  readonly #locator: Locator;
  readonly #sockets: Sockets;
  readonly #spoken: readonly Spoken[];

  /** The sockets are open already and stay the same. */
  constructor(sockets: Sockets, options: LocatorOptions) {
    this.#sockets = sockets;
    this.#spoken = spokenBy(sockets.listeners);
    this.#locator = new Locator(options);
  }

  /** The ways to a URI. At once for addresses and for names that are known, else as a promise, which never rejects. */
  find(uri: SipUri): Found | Promise<Found> {
    const destination = destinationOf(uri);
    if (destination === null) return { kind: "not-spoken" };
    if (this.#sockets.isOwnName(destination.host, destination.port)) return { kind: "ourself" };
    const located = this.#locator.locate(destination, this.#spoken);
    return located instanceof Promise
      ? located.then((targets) => this.#found(destination, targets))
      : this.#found(destination, located);
  }

  /**
   * The ways for a request that is too long for a datagram (RFC 3261 §18.1.1): over TCP to the same destination, and where nobody listens there, along the
   * datagram flow after all. No `uri`: the peer is reached by its flow alone, not by a name.
   */
  findLong(uri: SipUri | null, flow: Flow): Ways | Promise<Ways> {
    const destination = uri === null ? null : destinationOf(uri);
    const same: Target = { protocol: "tcp", address: flow.remoteAddress, port: flow.remotePort, host: "" };
    const located =
      destination === null ? [same] : this.#locator.locate({ ...destination, protocol: "tcp" }, this.#spoken);
    return located instanceof Promise
      ? located.then((targets) => this.#longWays(targets ?? [], flow))
      : this.#longWays(located ?? [], flow);
  }

  /**
   * The ways for an answer whose connection is gone (RFC 3261 §18.2.2): to where the request came from, at the port that its Via names; where the Via names a
   * host, then to that host (RFC 3263 §5).
   */
  findBack(via: Via, source: Flow): Ways | Promise<Ways> {
    const { protocol } = source;
    const host = via.host.replace(/^\[|\]$/g, "").toLowerCase();
    const port = via.port ?? defaultPort(protocol);
    const same: Target = { protocol, address: source.remoteAddress, port, host };
    const located = isNumeric(host)
      ? []
      : this.#locator.locate({ host, port: via.port, protocol, isSecure: false }, this.#spoken);
    const waysTo = (targets: readonly Target[] | null): Ways =>
      this.#ways([same, ...(targets ?? [])].filter((target) => !this.#sockets.isOurself(target)));
    return located instanceof Promise ? located.then(waysTo) : waysTo(located);
  }

  /** Questions to name servers since the start. */
  get nameCounters(): Locator["nameCounters"] {
    return this.#locator.nameCounters;
  }

  speaks(protocol: Protocol): boolean {
    return this.#spoken.some((each) => each.protocol === protocol);
  }

  close(): void {
    this.#locator.close();
  }

  #found(destination: Destination, targets: readonly Target[] | null): Found {
    if (targets === null) return { kind: "not-spoken" };
    const others = targets.some((target) => this.#sockets.isOurself(target))
      ? targets.filter((target) => !this.#sockets.isOurself(target))
      : targets;
    if (others.length === 0 && targets.length > 0) return { kind: "ourself" };
    const protocol = others[0]?.protocol ?? usableFor(destination, this.#spoken)[0]?.protocol ?? "udp";
    return { kind: "ways", ways: this.#ways(others), protocol };
  }

  #longWays(targets: readonly Target[], flow: Flow): Ways {
    const datagram: Way = { protocol: "udp", address: flow.remoteAddress, port: flow.remotePort, host: "" };
    const streams: Way[] = targets
      .filter((target) => !this.#sockets.isOurself(target))
      .map((target) => ({ ...target, ...upgrade }));
    return this.#ways(this.#locator.health.inOrder([...streams, datagram]));
  }

  #ways(ways: readonly Way[]): Ways {
    return new Ways(ways, { connector: this.#sockets, health: this.#locator.health });
  }
}

function spokenBy(listeners: readonly Listener[]): Spoken[] {
  const spoken = new Map<Protocol, Spoken>();
  for (const { protocol, host } of listeners) {
    const isWide = host.includes(":");
    const known = spoken.get(protocol) ?? { protocol, v4: false, v6: false };
    spoken.set(protocol, { ...known, v4: known.v4 || !isWide, v6: known.v6 || isWide });
  }
  return [...spoken.values()].sort((one, other) => rank(one) - rank(other));
}

function rank({ protocol }: Spoken): number {
  const index = preference.indexOf(protocol);
  return index === -1 ? preference.length : index;
}
