import type { Clock } from "../../application/ports.ts";

/** The page's clock; `after` returns the way to cancel. */
export const browserClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
