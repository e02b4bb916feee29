/** Waits for a fact, with a deadline; asks again soon, never for a fixed time. */
import { setTimeout as delay } from "node:timers/promises";

/** The first value that is neither null, undefined nor false. Rejects after the deadline with what was awaited. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  deadlineMs = 10_000,
): Promise<Exclude<T, null | undefined | false>> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await ask();
    if (value !== null && value !== undefined && value !== false) return value as Exclude<T, null | undefined | false>;
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(15);
  }
}
