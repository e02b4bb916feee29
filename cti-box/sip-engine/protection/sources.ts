/** What is known of each source. Bounded: a newcomer takes the place of one that has nothing running, looked for among the oldest few. */
import { sourceKey } from "./source-address.ts";
import { fullBucket, type Bucket, type BucketRule } from "./token-bucket.ts";
import type { Strikes } from "./strikes.ts";
import type { GivenNonces } from "./given-nonces.ts";

export type Source = {
  readonly key: string;
  /** Of a trusted network: nothing is held against it. */
  isTrusted: boolean;
  readonly bucket: Bucket;
  readonly strikes: Strikes;
  /** Until then it is certain that what is sent to this address reaches the one who wrote: it has shown something that only such a one can know. */
  provenUntilMs: number;
  /** Until then it counts as one of ours: the application took its credentials, or a call of it was answered and acknowledged. */
  goodUntilMs: number;
  /** Server transactions that are not over. */
  open: number;
  connections: number;
  nonces: GivenNonces | null;
};

export type SourceRule = { largest: number; bucket: BucketRule; isTrusted: (address: string) => boolean };
type Known = { source: Source; address: string };

const lookedAt = 8;

export class Sources {
  readonly #rule: SourceRule;
  readonly #known = new Map<string, Known>();
  #isTrusted: SourceRule["isTrusted"];

  constructor(rule: SourceRule) {
    this.#rule = rule;
    this.#isTrusted = rule.isTrusted;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The source with that address, made when it is new. */
  of(address: string, nowMs: number): Source {
    const key = sourceKey(address);
    const known = this.#known.get(key);
    if (known !== undefined) return known.source;
    if (this.#known.size >= this.#rule.largest) this.#makeRoom(nowMs);
    const source: Source = {
      key,
      isTrusted: this.#isTrusted(address),
      bucket: fullBucket(this.#rule.bucket, nowMs),
      strikes: { points: 0, atMs: nowMs },
      provenUntilMs: 0,
      goodUntilMs: 0,
      open: 0,
      connections: 0,
      nonces: null,
    };
    this.#known.set(key, { source, address });
    return source;
  }

  /** Others are trusted from now on. Returns the known sources for which that makes a difference. */
  trust(isTrusted: SourceRule["isTrusted"]): Source[] {
    this.#isTrusted = isTrusted;
    const changed: Source[] = [];
    for (const { source, address } of this.#known.values()) {
      if (source.isTrusted === isTrusted(address)) continue;
      source.isTrusted = !source.isTrusted;
      changed.push(source);
    }
    return changed;
  }

  /** Those in use go to the end of the row, so that a flood of newcomers pushes out newcomers only. */
  #makeRoom(nowMs: number): void {
    const oldest: Known[] = [];
    for (const known of this.#known.values()) {
      oldest.push(known);
      if (oldest.length >= lookedAt) break;
    }
    for (const known of oldest) {
      const { key } = known.source;
      this.#known.delete(key);
      if (!isInUse(known.source, nowMs)) return;
      this.#known.set(key, known);
    }
    const [first] = oldest;
    if (first !== undefined) this.#known.delete(first.source.key);
  }
}

function isInUse(source: Source, nowMs: number): boolean {
  return source.open > 0 || source.connections > 0 || source.goodUntilMs > nowMs;
}
