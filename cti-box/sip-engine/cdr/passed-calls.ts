/** Legs of calls that the engine passed on and stays on the way of: known by Call-ID and tags until their BYE passes. */
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { CallLeg } from "./call-leg.ts";

/** As long as the engine's routes are good: later than that no BYE can pass (`proxy/route-token.ts`). */
const longestMs = 7 * 24 * 3_600_000;
const largestCalls = 100_000;
const sweepMs = 3_600_000;

type Passed = { legs: CallLeg[]; answer: SipResponse; untilMs: number };

export class PassedCalls {
  /** In the order in which they began. */
  readonly #known = new Map<string, Passed>();
  #sweep: NodeJS.Timeout | null = null;

  get size(): number {
    return this.#known.size;
  }

  add(leg: CallLeg, answer: SipResponse): void {
    const key = keyOf(answer);
    const known = this.#known.get(key);
    if (known !== undefined) known.legs.push(leg);
    else this.#known.set(key, { legs: [leg], answer, untilMs: performance.now() + longestMs });
    if (this.#known.size > largestCalls) this.#giveUpFirst();
    this.#sweep ??= setInterval(() => this.#expire(), sweepMs).unref();
  }

  end(bye: SipRequest, stop: Parameters<CallLeg["stop"]>[0]): void {
    const key = keyOf(bye);
    const passed = this.#known.get(key);
    this.#known.delete(key);
    for (const leg of passed?.legs ?? []) leg.stop(stop);
    if (this.#known.size === 0) this.close();
  }

  close(): void {
    if (this.#sweep !== null) clearInterval(this.#sweep);
    this.#sweep = null;
    this.#known.clear();
  }

  #expire(): void {
    const now = performance.now();
    for (const { untilMs } of this.#known.values()) {
      if (untilMs > now) return;
      this.#giveUpFirst();
    }
  }

  #giveUpFirst(): void {
    for (const [key, { legs, answer }] of this.#known) {
      this.#known.delete(key);
      for (const leg of legs)
        leg.stop({ source: "application", reason: "system-error-initiated-termination", message: answer });
      return;
    }
  }
}

/** The same for requests of both sides. */
function keyOf({ headers }: SipRequest | SipResponse): string {
  const tags = [tagOf(headers.first("from")) ?? "", tagOf(headers.first("to")) ?? ""].toSorted();
  return `${headers.first("call-id")}|${tags.join("|")}`;
}
