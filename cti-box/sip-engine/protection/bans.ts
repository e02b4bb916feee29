/**
 * Sources that are not listened to for a while. Each further ban within a day of the last one's end is five times as long. Bounded: where there is no room, bans that
 * are over go first, then the oldest.
 *
 *   free ─ban─▶ banned ─time─▶ remembered ─ban─▶ banned (longer)
 *                                  └─ a day ─▶ free
 */

/** `everything`: nothing that it sends is looked at. `new-requests`: it has calls or registrations, and these go on. */
export type BanScope = "everything" | "new-requests";
export type Ban = { untilMs: number; times: number; reason: string; scope: BanScope };
export type BanRule = { firstMs: number; longestMs: number; largest: number };

const growth = 5;
const rememberedMs = 24 * 3_600_000;
/** How many are looked at for one that is over. */
const lookedAt = 16;

export class Bans {
  readonly #rule: BanRule;
  readonly #known = new Map<string, Ban>();

  constructor(rule: BanRule) {
    this.#rule = rule;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The ban that is in force. One look into a map for those who have none. */
  find(key: string, now: () => number): Ban | null {
    const ban = this.#known.get(key);
    return ban !== undefined && ban.untilMs > now() ? ban : null;
  }

  add(key: string, order: { reason: string; scope: BanScope; nowMs: number }): Ban {
    const { reason, scope, nowMs } = order;
    const before = this.#known.get(key);
    const times = before !== undefined && before.untilMs + rememberedMs > nowMs ? before.times + 1 : 1;
    const lengthMs = Math.min(this.#rule.longestMs, this.#rule.firstMs * growth ** (times - 1));
    this.#known.delete(key);
    if (this.#known.size >= this.#rule.largest) this.#makeRoom(nowMs);
    const ban: Ban = { untilMs: nowMs + lengthMs, times, reason, scope };
    this.#known.set(key, ban);
    return ban;
  }

  /** Ends it, and forgets it. */
  lift(key: string): void {
    this.#known.delete(key);
  }

  /** Those in force, the latest last. */
  list(nowMs: number): (Ban & { source: string })[] {
    const found: (Ban & { source: string })[] = [];
    for (const [source, ban] of this.#known) if (ban.untilMs > nowMs) found.push({ source, ...ban });
    return found;
  }

  #makeRoom(nowMs: number): void {
    let oldest: string | null = null;
    let seen = 0;
    for (const [key, ban] of this.#known) {
      oldest ??= key;
      if (ban.untilMs <= nowMs) {
        this.#known.delete(key);
        return;
      }
      seen += 1;
      if (seen >= lookedAt) break;
    }
    if (oldest !== null) this.#known.delete(oldest);
  }
}
