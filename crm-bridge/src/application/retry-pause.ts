/** How long to wait before the next attempt: twice as long each time up to a limit, spread so that many who wait do not come back together. */

const spread = 0.25;

/** Milliseconds. `attempts` counts those that failed before this one; `random` is from 0 up to 1. */
export function retryPauseMs(limits: { firstMs: number; longestMs: number }, attempts: number, random: number): number {
  const straight = Math.min(limits.firstMs * 2 ** Math.min(attempts, 20), limits.longestMs);
  return Math.round(straight * (1 - spread + 2 * spread * random));
}
