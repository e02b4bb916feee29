/** Connections that were accepted, counted by source: each costs a descriptor and the memory of a message that has not come whole. */
import type { ProtectionCounters } from "./counters.ts";
import type { ProtectionLimits } from "./protection-options.ts";
import type { Source } from "./sources.ts";

/** One accepted connection, as its listener knows it. */
export interface AdmittedConnection {
  /** A message over this is not waited for; null: the usual limit of the reader. */
  readonly largestMessageBytes: number | null;
  /** To be called once, when it is gone. */
  left(): void;
}

type Counted = { source: Source; close: () => void };

export class ConnectionGuard {
  readonly #limits: ProtectionLimits;
  readonly #counters: ProtectionCounters;
  readonly #bySource = new Map<string, Set<Counted>>();
  #count = 0;

  constructor(limits: ProtectionLimits, counters: ProtectionCounters) {
    this.#limits = limits;
    this.#counters = counters;
  }

  /** Of sources that are not trusted. */
  get size(): number {
    return this.#count;
  }

  /** Takes a connection of a source that is not banned; null: there are too many. */
  accept(source: Source, close: () => void): AdmittedConnection | null {
    if (source.isTrusted) return trustedConnection;
    if (source.connections >= this.#limits.connectionsPerSource) {
      this.#counters.overConnectionsPerSource += 1;
      return null;
    }
    if (this.#count >= this.#limits.connections) {
      this.#counters.overConnections += 1;
      return null;
    }
    const counted: Counted = { source, close };
    source.connections += 1;
    this.#count += 1;
    const others = this.#bySource.get(source.key);
    if (others === undefined) this.#bySource.set(source.key, new Set([counted]));
    else others.add(counted);
    return { largestMessageBytes: this.#limits.unfinishedBytes, left: () => this.#remove(counted) };
  }

  /** Ends all connections of a source. */
  closeAllOf(key: string): void {
    for (const { close } of this.#bySource.get(key) ?? []) close();
  }

  #remove(counted: Counted): void {
    const { source } = counted;
    const others = this.#bySource.get(source.key);
    if (others?.delete(counted) !== true) return;
    source.connections -= 1;
    this.#count -= 1;
    if (others.size === 0) this.#bySource.delete(source.key);
  }
}

const trustedConnection: AdmittedConnection = { largestMessageBytes: null, left: () => undefined };
