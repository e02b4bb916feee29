/** When a subscription is over without anybody saying so (RFC 6665 §4.4.1): its dialog is released then. Owned by the dialog. */
import type { HeaderList } from "../message/header-list.ts";

/** Of a subscription whose answer does not say; RFC 6665 §4.2.1.1 asks for it to be said. Seconds. */
const usualSeconds = 3_600;
/** What a longer one is taken for: more fits into no timer. Seconds. */
const longestSeconds = 2_000_000;

export class SubscriptionExpiry {
  readonly #clock: { secondMs: number; graceMs: number };
  readonly #expired: () => void;
  #running: NodeJS.Timeout | null = null;

  /** `graceMs`: how long the last NOTIFY may still be on its way after the end. */
  constructor(clock: { secondMs: number; graceMs: number }, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** It lasts so long from now on. */
  grant(seconds: number): void {
    this.close();
    const { secondMs, graceMs } = this.#clock;
    this.#running = setTimeout(this.#expired, Math.min(seconds, longestSeconds) * secondMs + graceMs);
  }

  close(): void {
    if (this.#running !== null) clearTimeout(this.#running);
    this.#running = null;
  }
}

/** What a 2xx grants to a SUBSCRIBE: its own Expires, else what was asked for. Seconds. */
export function grantedExpiry(request: HeaderList, answer: HeaderList): number {
  return secondsOf(answer.first("expires")) ?? secondsOf(request.first("expires")) ?? usualSeconds;
}

/** What a NOTIFY says about the subscription: over, so many seconds left, or nothing (null). */
export function statedExpiry(notify: HeaderList): number | "terminated" | null {
  const state = notify.first("subscription-state") ?? "";
  if (/^\s*terminated\b/i.test(state)) return "terminated";
  return secondsOf(/;\s*expires\s*=\s*(\d+)/i.exec(state)?.[1]);
}

function secondsOf(text: string | undefined): number | null {
  const digits = /^\s*(\d{1,10})\s*$/.exec(text ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}
