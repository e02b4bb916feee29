/** SIGINT and SIGTERM: the first asks the box to stop when its calls are over, a later one to stop at once. */

/** A terminal, npm and a supervisor may all pass one wish on: what follows within this time is the same one. */
const sameWishMs = 700;

export type StopSignals = { asked: Promise<void>; insisted: Promise<void> };

export function listenForStop(): StopSignals {
  const asked = Promise.withResolvers<void>();
  const insisted = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  const listener = (): void => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      asked.resolve();
    } else if (now - firstAt > sameWishMs) insisted.resolve();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, listener);
  return { asked: asked.promise, insisted: insisted.promise };
}
