/**
 * Remembers what names mean, for as long as their records say (RFC 1035 TTL, RFC 2308 for "no such name"), and a while longer where no server answers
 * (RFC 8767): a name server that is down does not take the telephone with it.
 *
 *   unknown ─ asked ─▶ fresh ─ TTL over ─▶ stale ─ asked ─┬─ answered ───▶ fresh
 *                        ▲                                ├─ slow: the stale answer is used, the question goes on
 *                        └────── used near its end ───────┘─ no answer: the stale answer is used, asked again after a pause
 */
import { questionKey, type AnyRecord, type Found, type Question } from "./records.ts";

export type Records = readonly AnyRecord[];

export type NameCacheOptions = {
  /** Asks the source; never rejects. */
  ask: (question: Question) => Promise<Found>;
  /** Milliseconds, from any start. */
  now: () => number;
  /** Names kept at most; the one unused longest leaves first. */
  largest?: number;
};

/** RFC 8767 §5: how long an old answer may stand in for a missing one. */
const staleMs = 24 * 3_600_000;
/** RFC 8767 §5: how long a new answer is waited for while an old one is at hand. */
const patienceMs = 1_800;
/** RFC 8767 §5: how long a server that gave no answer is left alone. */
const pauseMs = 30_000;
/** The same where there is no old answer to live on. */
const failedMs = 5_000;
/** Share of its life after which an answer that is in use is renewed beforehand. */
const renewFrom = 0.9;

type Entry = {
  records: Records;
  bornAt: number;
  freshUntil: number;
  staleUntil: number;
  /** Not asked again before. */
  pausedUntil: number;
};

const nothing: Records = [];

export class NameCache {
  readonly #options: NameCacheOptions;
  readonly #largest: number;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #asked = new Map<string, Promise<Records>>();

  constructor(options: NameCacheOptions) {
    this.#options = options;
    this.#largest = options.largest ?? 4_096;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** At once where it is known, else a promise that never rejects: what cannot be found out is no records. */
  get(question: Question): Records | Promise<Records> {
    const key = questionKey(question);
    const now = this.#options.now();
    const entry = this.#entries.get(key);
    if (entry === undefined || now >= entry.staleUntil) return this.#ask(question, key);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (now < entry.freshUntil) {
      const isOld = now >= entry.bornAt + (entry.freshUntil - entry.bornAt) * renewFrom;
      if (isOld && now >= entry.pausedUntil) void this.#ask(question, key);
      return entry.records;
    }
    return now < entry.pausedUntil ? entry.records : this.#renewed(question, { key, old: entry.records });
  }

  async #renewed(question: Question, { key, old }: { key: string; old: Records }): Promise<Records> {
    const waited = Promise.withResolvers<Records>();
    const timer = setTimeout(() => waited.resolve(old), patienceMs);
    try {
      return await Promise.race([this.#ask(question, key), waited.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whoever asks the same meanwhile waits for the same answer. */
  #ask(question: Question, key: string): Promise<Records> {
    const begun = this.#asked.get(key);
    if (begun !== undefined) return begun;
    const asked = this.#options.ask(question).then((found) => {
      this.#asked.delete(key);
      return this.#learn(key, found);
    });
    this.#asked.set(key, asked);
    return asked;
  }

  #learn(key: string, found: Found): Records {
    const now = this.#options.now();
    const known = this.#entries.get(key);
    if (found.kind === "failed") {
      const hasOld = known !== undefined && now < known.staleUntil;
      const old = hasOld ? known.records : nothing;
      const failed = hasOld
        ? { ...known, pausedUntil: now + pauseMs }
        : {
            records: nothing,
            bornAt: now,
            freshUntil: now + failedMs,
            staleUntil: now + failedMs,
            pausedUntil: now + failedMs,
          };
      this.#keep(key, failed);
      return old;
    }
    const records = found.kind === "records" ? found.records : nothing;
    const freshUntil = now + found.ttlMs;
    // A "no" is not lived on beyond its time: the name may exist by now.
    const staleUntil = found.kind === "records" ? freshUntil + staleMs : freshUntil;
    this.#keep(key, { records, bornAt: now, freshUntil, staleUntil, pausedUntil: now });
    return records;
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size <= this.#largest) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
