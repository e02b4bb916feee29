/**
 * What is left of transactions whose work is done: for as long as copies of their messages may still come (timers J, L and M of RFC 3261 and RFC 6026) a name and a
 * few bytes are kept instead of the whole transaction with its request and timers. At a thousand calls a second there are a hundred thousand of them: the bytes stand
 * in pages outside of the heap (`record-pages.ts`), a name is found by its hash, and as all live equally long, one queue and one timer end them.
 */
import { randomInt } from "node:crypto";
import type { Flow } from "../transport/flow.ts";
import { RecordPages } from "./record-pages.ts";

/** `content`: empty where there is nothing to say; `way`: as it was given to `add`. */
export type Remnant = { content: Buffer; way: Flow | null };

const nothing = new Uint8Array(0);
const smallestCapacity = 1_024;

/** One place for each remnant, used round and round; the number of places is a power of two. */
type Places = {
  hash: Uint32Array;
  page: Uint32Array;
  offset: Uint32Array;
  untilMs: Float64Array;
  way: (Flow | null)[];
  /** Number of the remnant before it in the same bucket; those that have ended are no part of the chain any more. */
  before: Float64Array;
  /** Number of the newest remnant in each bucket. */
  newest: Float64Array;
};

export class Remnants {
  readonly #keptMs: number;
  readonly #now: () => number;
  /** Names come from strangers: who does not know the seed cannot make many of them fall into one bucket. */
  readonly #seed = randomInt(2 ** 32);
  readonly #pages = new RecordPages();
  #places = placesFor(smallestCapacity);
  /** Numbers of the oldest remnant and of the next one; never 0, which means none. */
  #first = 1;
  #next = 1;
  #timer: NodeJS.Timeout | null = null;

  constructor(keptMs: number, now: () => number = () => performance.now()) {
    this.#keptMs = keptMs;
    this.#now = now;
  }

  get size(): number {
    return this.#next - this.#first;
  }

  /** Bytes that they take outside of the heap. */
  get heldBytes(): number {
    return this.#pages.heldBytes;
  }

  /** `content` is copied. A name that is known already stands for the newer one from now on. */
  add(key: string, content: Uint8Array = nothing, way: Flow | null = null): void {
    if (this.size === this.#places.hash.length) this.#resize(this.size * 2);
    const { page, offset } = this.#pages.append(key, content);
    const places = this.#places;
    const number = this.#next;
    const at = number & (places.hash.length - 1);
    places.hash[at] = hashOf(key, this.#seed);
    places.page[at] = page;
    places.offset[at] = offset;
    places.untilMs[at] = this.#now() + this.#keptMs;
    places.way[at] = way;
    link(places, number);
    this.#next += 1;
    this.#timer ??= setTimeout(() => this.#expire(), this.#keptMs);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get(key: string): Remnant | undefined {
    const { hash, before, newest, page, offset, way } = this.#places;
    const mask = hash.length - 1;
    const wanted = hashOf(key, this.#seed);
    for (let number = newest[wanted & mask] ?? 0; number >= this.#first; number = before[number & mask] ?? 0) {
      const at = number & mask;
      if (hash[at] !== wanted) continue;
      const content = this.#pages.read({ page: page[at] ?? 0, offset: offset[at] ?? 0 }, key);
      if (content !== null) return { content, way: way[at] ?? null };
    }
    return undefined;
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#first = this.#next;
    this.#pages.clear();
    this.#places = placesFor(smallestCapacity);
  }

  #expire(): void {
    const now = this.#now();
    const { untilMs, way, page } = this.#places;
    const mask = untilMs.length - 1;
    while (this.size > 0 && (untilMs[this.#first & mask] ?? 0) <= now) {
      way[this.#first & mask] = null;
      this.#first += 1;
    }
    if (this.size === 0) return this.close();
    this.#pages.endBefore(page[this.#first & mask] ?? 0);
    // After a rush: its memory is given back, with room to grow again.
    if (this.size * 8 < untilMs.length && untilMs.length > smallestCapacity) this.#resize(untilMs.length / 4);
    // A tick of its own for each millisecond would be a timer for each again.
    const waitMs = Math.max(
      (this.#places.untilMs[this.#first & (this.#places.hash.length - 1)] ?? 0) - now,
      this.#keptMs / 64,
    );
    this.#timer = setTimeout(() => this.#expire(), waitMs);
  }

  #resize(capacity: number): void {
    const from = this.#places;
    const to = placesFor(Math.max(capacity, smallestCapacity));
    for (let number = this.#first; number < this.#next; number += 1) {
      const [source, target] = [number & (from.hash.length - 1), number & (to.hash.length - 1)];
      for (const column of ["hash", "page", "offset", "untilMs"] as const)
        to[column][target] = from[column][source] ?? 0;
      to.way[target] = from.way[source] ?? null;
      link(to, number);
    }
    this.#places = to;
  }
}

function placesFor(capacity: number): Places {
  return {
    hash: new Uint32Array(capacity),
    page: new Uint32Array(capacity),
    offset: new Uint32Array(capacity),
    untilMs: new Float64Array(capacity),
    way: Array.from<Flow | null>({ length: capacity }).fill(null),
    before: new Float64Array(capacity),
    newest: new Float64Array(capacity),
  };
}

/** Puts a remnant whose hash is written in front of its bucket's chain. */
function link({ hash, before, newest }: Places, number: number): void {
  const mask = hash.length - 1;
  const bucket = (hash[number & mask] ?? 0) & mask;
  before[number & mask] = newest[bucket] ?? 0;
  newest[bucket] = number;
}

/** MurmurHash3 (32 bits, A. Appleby, public domain), a block for each UTF-16 unit. */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    let block = Math.imul(text.charCodeAt(index), 0xcc9e2d51);
    block = Math.imul((block << 15) | (block >>> 17), 0x1b873593);
    hash ^= block;
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
