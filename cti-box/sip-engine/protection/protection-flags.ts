/** The protection's words on the command line. */
import { InvalidEngineOptions } from "../engine-options.ts";
import { knownScanners, type BlockedHeader } from "./header-rules.ts";
import type { ProtectionOptions } from "./protection-options.ts";

export const protectionFlags = {
  protection: { type: "string" },
  trusted: { type: "string", multiple: true },
  "requests-per-second": { type: "string" },
  "request-burst": { type: "string" },
  refusals: { type: "string" },
  ban: { type: "string" },
  scanner: { type: "string", multiple: true },
  blocked: { type: "string", multiple: true },
  "blocked-answer": { type: "string" },
  "register-at-address": { type: "string" },
  "health-check": { type: "string" },
  "open-per-source": { type: "string" },
  "connections-per-source": { type: "string" },
} as const;

export const protectionHelp = `  --trusted NETWORK    address or network (192.0.2.0/24) that nothing is limited of, in place of this machine's own; may be given more than once
  --protection off     everybody is trusted
  --requests-per-second N, --request-burst N
                       new requests of one source (default 50, and 2000 at once)
  --refusals N, --ban SECONDS
                       refused guesses at passwords in ten minutes that ban a source (default 30), and for how long at first (default 60)
  --open-per-source N, --connections-per-source N
                       unfinished transactions and connections of one source (default 1000 of each)
  --scanner TEXT       part of a User-Agent that is not listened to, beside those that are known; may be given more than once
  --blocked HEADER=TEXT, --blocked-answer 603
                       new requests with that text in user-agent, from or to are not answered, or with 603; may be given more than once
  --register-at-address refused
                       REGISTER to an address instead of a domain: 403
  --health-check AGENT OPTIONS of this User-Agent are answered 200 by the engine itself
`;

type Lists = "trusted" | "scanner" | "blocked";
type WordFlag = Exclude<keyof typeof protectionFlags, Lists>;
type Values = Partial<Record<WordFlag, string>> & Partial<Record<Lists, string[]>>;

/** Throws {@link InvalidEngineOptions} with all that cannot be read; values out of range are told with the engine's other options. */
export function protectionOptionsFrom(values: Values): { protection: ProtectionOptions } {
  const problems: string[] = [];
  const choice = <Value extends string>(flag: WordFlag, allowed: readonly Value[]): Value | undefined => {
    const value = values[flag];
    const found = allowed.find((each) => each === value);
    if (value !== undefined && found === undefined)
      problems.push(`${flag}: ${value} is not one of ${allowed.join(", ")}`);
    return found;
  };
  const number = (flag: WordFlag, factor = 1): number | undefined => {
    const value = values[flag];
    return value === undefined ? undefined : (/^\d+$/.test(value) ? Number(value) : Number.NaN) * factor;
  };
  const blocked = values.blocked?.map((text) => {
    const equals = text.indexOf("=");
    if (equals < 1) problems.push(`blocked: ${text} is not of the form HEADER=TEXT`);
    return { header: text.slice(0, equals).toLowerCase() as BlockedHeader["header"], text: text.slice(equals + 1) };
  });
  const all = {
    mode: choice("protection", ["on", "off"]),
    trusted: values.trusted,
    requestsPerSecond: number("requests-per-second"),
    requestBurst: number("request-burst"),
    refusals: number("refusals"),
    banMs: number("ban", 1_000),
    openPerSource: number("open-per-source"),
    connectionsPerSource: number("connections-per-source"),
    scannerAgents: values.scanner === undefined ? undefined : [...knownScanners, ...values.scanner],
    blocked,
    blockedAnswer: choice("blocked-answer", ["silence", "603"]),
    registerAtAddress: choice("register-at-address", ["accepted", "refused"]),
    healthCheckAgent: values["health-check"],
  };
  if (problems.length > 0) throw new InvalidEngineOptions(problems);
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return { protection: Object.fromEntries(given) };
}
