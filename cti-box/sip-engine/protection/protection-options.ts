/** Options of the protection against strangers, with their defaults, checked with the engine's others. */
import type { BlockedHeader, HeaderRuleOptions } from "./header-rules.ts";
import { parseNetwork } from "./source-address.ts";

export type ProtectionOptions = HeaderRuleOptions & {
  /** `off`: everybody is trusted; only the rules about headers stay. */
  mode?: "on" | "off";
  /** Addresses and networks (`192.0.2.0/24`) that nothing is counted of: carriers, offices. Default: this machine (`127.0.0.0/8`, `::1`); a list takes its place. */
  trusted?: readonly string[];
  /** New requests of one source: so many a second, and so many at once after a rest. */
  requestsPerSecond?: number;
  requestBurst?: number;
  /** New requests over UDP of all sources together that have proved nothing. */
  strangersPerSecond?: number;
  strangersBurst?: number;
  /** Refused guesses within the window that ban a source (`strikes.ts` says what else counts, and how much). */
  refusals?: number;
  refusalWindowMs?: number;
  /** Length of the first ban; each further one is five times as long, up to the longest. */
  banMs?: number;
  longestBanMs?: number;
  /** Server transactions that are not over: of one source, and of all that are not trusted (strangers over UDP: half of these). */
  openPerSource?: number;
  open?: number;
  /** Connections over TCP, TLS, WS and WSS. */
  connectionsPerSource?: number;
  connections?: number;
  /** Largest message over TCP and TLS, in bytes: what one connection can make us wait with. */
  unfinishedBytes?: number;
  /** Sources remembered, and bans. */
  largestSources?: number;
  largestBans?: number;
};

export type ProtectionLimits = Required<Omit<ProtectionOptions, keyof HeaderRuleOptions>>;

/**
 * An office of 200 phones behind one address after a power cut: 200 REGISTER, 200 more with credentials, perhaps subscriptions, some of it repeated: under 1,000
 * requests in its first seconds, and 200 of them open at once. Twice that passes at once. See decision record 0011.
 */
export const protectionDefaults: ProtectionLimits = {
  mode: "on",
  trusted: ["127.0.0.0/8", "::1"],
  requestsPerSecond: 50,
  requestBurst: 2_000,
  strangersPerSecond: 500,
  strangersBurst: 10_000,
  refusals: 30,
  refusalWindowMs: 600_000,
  banMs: 60_000,
  longestBanMs: 86_400_000,
  openPerSource: 1_000,
  open: 20_000,
  connectionsPerSource: 1_000,
  connections: 10_000,
  unfinishedBytes: 256 * 1024,
  largestSources: 20_000,
  largestBans: 10_000,
};

export function protectionLimits(options: ProtectionOptions): ProtectionLimits {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...protectionDefaults, ...(Object.fromEntries(given) as Partial<ProtectionLimits>) };
}

type NumberKey = {
  [Key in keyof ProtectionLimits]: ProtectionLimits[Key] extends number ? Key : never;
}[keyof ProtectionLimits];

/** With their words on the command line, and the largest values that make sense. */
const numbers: Readonly<Record<NumberKey, { flag: string; least: number; most: number }>> = {
  requestsPerSecond: { flag: "requests-per-second", least: 1, most: 1_000_000 },
  requestBurst: { flag: "request-burst", least: 1, most: 1_000_000 },
  strangersPerSecond: { flag: "strangers-per-second", least: 1, most: 1_000_000 },
  strangersBurst: { flag: "strangers-burst", least: 1, most: 1_000_000 },
  refusals: { flag: "refusals", least: 1, most: 1_000_000 },
  refusalWindowMs: { flag: "refusal-window", least: 1, most: 86_400_000 },
  banMs: { flag: "ban", least: 1, most: 31 * 86_400_000 },
  longestBanMs: { flag: "longest-ban", least: 1, most: 31 * 86_400_000 },
  openPerSource: { flag: "open-per-source", least: 1, most: 50_000 },
  open: { flag: "open", least: 1, most: 50_000 },
  connectionsPerSource: { flag: "connections-per-source", least: 1, most: 65_535 },
  connections: { flag: "connections", least: 1, most: 65_535 },
  unfinishedBytes: { flag: "unfinished-bytes", least: 1_024, most: 2 * 1024 * 1024 },
  largestSources: { flag: "largest-sources", least: 16, most: 1_000_000 },
  largestBans: { flag: "largest-bans", least: 16, most: 1_000_000 },
};

const blockedHeaders: readonly BlockedHeader["header"][] = ["user-agent", "from", "to"];

/** What is wrong with them, in words for people. */
export function problemsOfProtection(options: ProtectionOptions): string[] {
  const problems: string[] = [];
  for (const [key, { flag, least, most }] of Object.entries(numbers)) {
    const value = options[key as NumberKey];
    if (value !== undefined && !(value >= least && value <= most))
      problems.push(`${flag}: ${value} is not between ${least} and ${most}`);
  }
  for (const network of options.trusted ?? [])
    if (parseNetwork(network) === null)
      problems.push(`trusted: ${network} is not an address or a network such as 192.0.2.0/24`);
  for (const { header, text } of options.blocked ?? []) {
    if (!blockedHeaders.includes(header))
      problems.push(`blocked: ${header} is not one of ${blockedHeaders.join(", ")}`);
    if (text.trim() === "") problems.push("blocked: an empty text would block everybody");
  }
  if ((options.scannerAgents ?? []).some((agent) => agent.trim() === ""))
    problems.push("scanner: an empty text would block everybody");
  return problems;
}
