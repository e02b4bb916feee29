/**
 * Nonces of digest challenges: signed time stamps, so that a flood of challenges costs no memory. Counts are remembered only for nonces that
 * somebody has proved a password with: a count that does not rise is a replay.
 *
 *   fresh ─5 minutes─▶ stale        not ours (or of an earlier run): stale too, so that phones simply try again
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../../application/ports.ts";

const lifetimeMs = 5 * 60_000;
/** Phones of an office are a few thousand at most; the oldest counts go first. */
const mostCounts = 20_000;

export class Nonces {
  private readonly clock: Clock;
  private readonly key = randomBytes(32);
  private readonly counts = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  issue(): string {
    const body = `${this.clock.now().toString(36)}.${randomBytes(6).toString("base64url")}`;
    return `${body}.${this.sign(body)}`;
  }

  judge(nonce: string): "fresh" | "stale" {
    const at = nonce.lastIndexOf(".");
    const body = nonce.slice(0, Math.max(at, 0));
    const given = Buffer.from(nonce.slice(at + 1));
    const expected = Buffer.from(this.sign(body));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "stale";
    const ageMs = this.clock.now() - Number.parseInt(body, 36);
    return ageMs <= lifetimeMs ? "fresh" : "stale";
  }

  /** Notes that the nonce was used with this count; false when the count was used before. */
  use(nonce: string, count: number): boolean {
    if ((this.counts.get(nonce) ?? 0) >= count) return false;
    this.counts.delete(nonce);
    this.counts.set(nonce, count);
    const oldest = this.counts.keys().next().value;
    if (this.counts.size > mostCounts && oldest !== undefined) this.counts.delete(oldest);
    return true;
  }

  private sign(body: string): string {
    return createHmac("sha256", this.key).update(body).digest("base64url").slice(0, 22);
  }
}
