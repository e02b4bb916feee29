/** Ctrl-C and SIGTERM: the first asks to stop, a later one asks to stop at once. */

/** A terminal and npm both pass one Ctrl-C on: what follows within this time is the same one. */
const sameKeyPressMs = 700;

export type StopSignals = {
  /** Resolves at the first one. */
  asked: Promise<NodeJS.Signals>;
  /** Called when somebody insists. */
  onInsisted(listener: () => void): void;
  close(): void;
};

export function listenForStop(): StopSignals {
  let firstAt: number | null = null;
  let insisted: () => void = () => undefined;
  let resolveAsked: (signal: NodeJS.Signals) => void = () => undefined;
  const asked = new Promise<NodeJS.Signals>((resolve) => (resolveAsked = resolve));
  const listener = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      resolveAsked(signal);
    } else if (now - firstAt > sameKeyPressMs) insisted();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, listener);
  return {
    asked,
    onInsisted: (act) => (insisted = act),
    close: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}
