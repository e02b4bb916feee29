/** Which targets failed lately: they are put last for a bounded time (RFC 3263 §4.3, RFC 3261 §21.5.4 Retry-After), never left out. */
import type { Target } from "./plan-targets.ts";

type Place = Pick<Target, "protocol" | "address" | "port">;

/** Where nothing says how long. */
const usualMs = 30_000;
/** What a peer may ask for at most. */
const longestMs = 10 * 60_000;
const largest = 2_048;

export class TargetHealth {
  readonly #now: () => number;
  /** Until when a place is put last, in the order of their failures. */
  readonly #badUntil = new Map<string, number>();

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#badUntil.size;
  }

  /** It failed; `retryAfterSeconds` is what its 503 asked for, 0 takes nothing into account. */
  failed(place: Place, retryAfterSeconds: number | null = null): void {
    const forMs = retryAfterSeconds === null ? usualMs : Math.min(Math.max(0, retryAfterSeconds) * 1_000, longestMs);
    const key = keyOf(place);
    this.#badUntil.delete(key);
    if (forMs <= 0) return;
    this.#badUntil.set(key, this.#now() + forMs);
    if (this.#badUntil.size <= largest) return;
    const oldest = this.#badUntil.keys().next();
    if (!oldest.done) this.#badUntil.delete(oldest.value);
  }

  /** It answered. */
  answered(place: Place): void {
    if (this.#badUntil.size > 0) this.#badUntil.delete(keyOf(place));
  }

  isBad(place: Place): boolean {
    if (this.#badUntil.size === 0) return false;
    const key = keyOf(place);
    const until = this.#badUntil.get(key);
    if (until === undefined) return false;
    if (this.#now() < until) return true;
    this.#badUntil.delete(key);
    return false;
  }

  /** The same targets, those that failed lately at the end; otherwise in their order. */
  inOrder<T extends Place>(targets: readonly T[]): readonly T[] {
    if (this.#badUntil.size === 0 || targets.length < 2) return targets;
    const bad = targets.filter((target) => this.isBad(target));
    return bad.length === 0 ? targets : [...targets.filter((target) => !bad.includes(target)), ...bad];
  }
}

function keyOf({ protocol, address, port }: Place): string {
  return `${protocol} ${address} ${port}`;
}
