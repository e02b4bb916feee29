/** Structured log on standard error. Telephone numbers are masked here, so that no caller of the log can forget to. */
import { pino } from "pino";
import type { Log } from "../../application/ports.ts";

/** Keeps the first six and the last two characters of anything that looks like an E.164 number. */
export function maskNumbers(text: string): string {
  return text.replaceAll(/\+\d{8,15}/g, (number) => `${number.slice(0, 6)}…${number.slice(-2)}`);
}

function masked(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? maskNumbers(value) : value]),
  );
}

/** `level`: debug, info, warn, error or silent. */
export function createLog(level: string, name: string): Log {
  const log = pino({ level, name, base: { name } }, pino.destination({ fd: 2, sync: true }));
  return {
    info: (fields, message) => log.info(masked(fields), message),
    warn: (fields, message) => log.warn(masked(fields), message),
    error: (fields, message) => log.error(masked(fields), message),
  };
}
