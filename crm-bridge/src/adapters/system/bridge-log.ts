/** Structured log on standard error, telephone numbers masked. */
import { pino } from "pino";
import type { Log } from "../../application/ports.ts";

/** Numbers in E.164, also as they stand in a URL, wherever they hide in what is logged. */
export function maskNumbers(value: unknown): unknown {
  if (typeof value === "string")
    return value.replaceAll(/(?:\+|%2B)\d{5,15}/gi, (number) => `${number.slice(0, 6)}…${number.slice(-2)}`);
  if (Array.isArray(value)) return value.map(maskNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, maskNumbers(each)]));
}

function masked(fields: Record<string, unknown>): object {
  return maskNumbers(fields) as object;
}

/** `name`: the program, as it stands in each line. The level is `LA2_LOG`, else info. */
export function createBridgeLog(name: "crm-bridge" | "tupa-hub"): Log {
  const level = process.env["LA2_LOG"] ?? "info";
  const log = pino({ level, name, base: { name } }, pino.destination({ fd: 2, sync: true }));
  return {
    info: (fields, message) => log.info(masked(fields), message),
    warn: (fields, message) => log.warn(masked(fields), message),
    error: (fields, message) => log.error(masked(fields), message),
  };
}
