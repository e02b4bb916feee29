/** Structured log on standard error. Telephone numbers are masked here, so that no caller of the log can forget to. */
import { pino } from "pino";
import type { Log } from "../../application/ports.ts";

/** Keeps the first six and the last two characters of anything that looks like an E.164 number. */
export function maskNumbers(text: string): string {
  return text.replaceAll(/\+\d{8,15}/g, (number) => `${number.slice(0, 6)}…${number.slice(-2)}`);
}

const deepest = 6;

function masked(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return maskNumbers(value);
  if (depth > deepest) return "…";
  if (Array.isArray(value)) return value.map((one) => masked(one, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return maskNumbers(value.stack ?? String(value));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one, depth + 1)]));
}

/** `level`: debug, info, warn, error or silent. */
export function createLog(level: string, name: string): Log {
  const log = pino({ level, name, base: { name } }, pino.destination({ fd: 2, sync: true }));
  return {
    info: (fields, message) => log.info(masked(fields) as object, maskNumbers(message)),
    warn: (fields, message) => log.warn(masked(fields) as object, maskNumbers(message)),
    error: (fields, message) => log.error(masked(fields) as object, maskNumbers(message)),
  };
}
