/** The engine's log: structured, and never more than one line per kind and second of what strangers can cause. */

export type LogLevel = "debug" | "info" | "warn" | "error";
export type Log = (level: LogLevel, message: string, fields?: Record<string, string | number>) => void;

export const silentLog: Log = () => undefined;

/** Lets through one line per kind and second, and says with the next one how many were left out. */
export class BoundedLog {
  readonly #log: Log;
  readonly #kinds = new Map<string, { second: number; leftOut: number }>();

  constructor(log: Log) {
    this.#log = log;
  }

  write(level: LogLevel, kind: string, fields: Record<string, string | number>): void {
    const second = Math.floor(performance.now() / 1_000);
    const known = this.#kinds.get(kind);
    if (known?.second === second) {
      known.leftOut += 1;
      return;
    }
    const leftOut = known?.leftOut ?? 0;
    this.#kinds.set(kind, { second, leftOut: 0 });
    this.#log(level, kind, leftOut > 0 ? { ...fields, leftOut } : fields);
  }
}
