/** Structured log on standard error, telephone numbers masked. */
import { pino } from "pino";
import type { Log } from "../../application/ports.ts";

function masked(fields: Record<string, unknown>): Record<string, unknown> {
  const mask = (text: string): string =>
    text.replaceAll(/\+\d{8,15}/g, (number) => `${number.slice(0, 6)}…${number.slice(-2)}`);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? mask(value) : value]),
  );
}

export function createBridgeLog(level = process.env["LA2_LOG"] ?? "info"): Log {
  const log = pino(
    { level, name: "crm-bridge", base: { name: "crm-bridge" } },
    pino.destination({ fd: 2, sync: true }),
  );
  return {
    info: (fields, message) => log.info(masked(fields), message),
    warn: (fields, message) => log.warn(masked(fields), message),
    error: (fields, message) => log.error(masked(fields), message),
  };
}
