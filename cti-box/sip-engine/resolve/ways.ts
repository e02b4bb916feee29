/**
 * The ways that one request may take: its targets, tried one after the other (RFC 3263 §4.3). Where a connection is open, or none is needed, the next way is
 * there at once; else it is waited for, and a target that cannot be connected to is passed over.
 */
import type { Flow, Peer } from "../transport/flow.ts";
import type { Target } from "./plan-targets.ts";
import type { TargetHealth } from "./target-health.ts";

/** The sockets, as far as ways need them. */
export type Connector = {
  /** Null where a connection has to be made, or an address asked for, first. */
  readyFlowTo(peer: Peer): Flow | null;
  flowTo(peer: Peer): Promise<Flow | null>;
};

export type Way = Target & {
  /** How long a connection is waited for, where not as long as the transport itself waits; milliseconds. */
  connectMs?: number;
  /** How long a failure to connect is remembered, where not as long as usual; seconds. */
  avoidSeconds?: number;
};

export class Ways {
  readonly #left: Way[];
  readonly #connector: Connector;
  readonly #health: TargetHealth;
  /** Why the last target was passed over. */
  #why = "no address";

  constructor(ways: readonly Way[], { connector, health }: { connector: Connector; health: TargetHealth }) {
    this.#left = [...ways];
    this.#connector = connector;
    this.#health = health;
  }

  get remaining(): number {
    return this.#left.length;
  }

  get why(): string {
    return this.#why;
  }

  /** The way to the next target that can be reached; null when none is left. Never rejects. */
  next(): Flow | null | Promise<Flow | null> {
    const [way] = this.#left;
    if (way === undefined) return null;
    const ready = this.#connector.readyFlowTo(way);
    if (ready === null) return this.#connected();
    this.#left.shift();
    return ready;
  }

  /** This target failed after it was given out; `retryAfterSeconds` is what its 503 asked for. */
  failed(flow: Flow, retryAfterSeconds: number | null): void {
    this.#health.failed(placeOf(flow), retryAfterSeconds);
  }

  /** This target answered. */
  answered(flow: Flow): void {
    this.#health.answered(placeOf(flow));
  }

  /** These, and after them what is left of others. */
  followedBy(others: Ways | null): this {
    if (others !== null) this.#left.push(...others.#left);
    return this;
  }

  async #connected(): Promise<Flow | null> {
    for (let way = this.#left.shift(); way !== undefined; way = this.#left.shift()) {
      try {
        const flow = this.#connector.readyFlowTo(way) ?? (await this.#inTime(way));
        if (flow !== null) return flow;
        this.#why = `no connection to ${way.address}:${way.port}`;
      } catch (error) {
        this.#why = (error as Error).message;
      }
      this.#health.failed(way, way.avoidSeconds ?? null);
    }
    return null;
  }

  async #inTime(way: Way): Promise<Flow | null> {
    const flow = this.#connector.flowTo(way);
    if (way.connectMs === undefined) return flow;
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), way.connectMs);
    try {
      return await Promise.race([flow, late.promise]);
    } finally {
      clearTimeout(timer);
      // A connection that comes too late is of use for the next request; one that fails too late is nobody's error.
      flow.catch(() => undefined);
    }
  }
}

function placeOf(flow: Flow): Peer {
  return { protocol: flow.protocol, address: flow.remoteAddress, port: flow.remotePort };
}
