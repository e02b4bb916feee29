/** What is known of each source. Bounded: a newcomer takes the place of one that has nothing running, looked for among the oldest few. */
import { sourceKey } from "./source-address.ts";
import { fullBucket, type Bucket, type BucketRule } from "./token-bucket.ts";
import type { Strikes } from "./strikes.ts";
import type { GivenNonces } from "./given-nonces.ts";

export type Source = {
  readonly key: string;
  /** Of a trusted network: nothing is counted. */
  readonly isTrusted: boolean;
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

const lookedAt = 8;

export class Sources {
  readonly #rule: SourceRule;
  readonly #known = new Map<string, Source>();

  constructor(rule: SourceRule) {
    this.#rule = rule;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The source with that address, made when it is new. */
  of(address: string, nowMs: number): Source {
    const key = sourceKey(address);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#rule.largest) this.#makeRoom(nowMs);
    const source: Source = {
      key,
      isTrusted: this.#rule.isTrusted(address),
      bucket: fullBucket(this.#rule.bucket, nowMs),
      strikes: { points: 0, atMs: nowMs },
      provenUntilMs: 0,
      goodUntilMs: 0,
      open: 0,
      connections: 0,
      nonces: null,
    };
    this.#known.set(key, source);
    return source;
  }

  /** Those in use go to the end of the row, so that a flood of newcomers pushes out newcomers only. */
  #makeRoom(nowMs: number): void {
    const oldest: Source[] = [];
    for (const source of this.#known.values()) {
      oldest.push(source);
      if (oldest.length >= lookedAt) break;
    }
    for (const source of oldest) {
      this.#known.delete(source.key);
      if (!isInUse(source, nowMs)) return;
      this.#known.set(source.key, source);
    }
    const [first] = oldest;
    if (first !== undefined) this.#known.delete(first.key);
  }
}

function isInUse(source: Source, nowMs: number): boolean {
  return source.open > 0 || source.connections > 0 || source.goodUntilMs > nowMs;
}
