/** Options of the engine, checked all at once. */
import { problemsOfTimers, type TimerOptions } from "./transaction/timers.ts";
import { problemsOfControl, type ControlOptions } from "./control/control-options.ts";
import { problemsOfDialogs, type DialogOptions } from "./dialog/dialog-options.ts";
import type { Log } from "./log.ts";
import { problemsOfProtection, type ProtectionOptions } from "./protection/protection-options.ts";
import { parseServer } from "./resolve/name-source.ts";
import { problemsOfTls, type TlsOptions } from "./tls/tls-options.ts";
import type { ConnectionTimes } from "./transport/connection-watch.ts";
import type { Listener } from "./transport/flow.ts";
import { parseContact, type ContactOptions } from "./transport/contact.ts";
import { problemsOfWatch, type WatchOptions } from "./watch/watch-options.ts";

export type SipEngineOptions = {
  /** Control port that applications connect to; port 0 asks for a free one. */
  admin: { host: string; port: number };
  /** TLS for applications, who is asked about new requests, how long an absent application is waited for. */
  control?: ControlOptions;
  /** Limits, bans and rules about headers. */
  protection?: ProtectionOptions;
  /** Session timers, peers behind NAT. */
  dialogs?: DialogOptions;
  /** Tells applications that asked with `cdr:attempt`, `cdr:start`, `cdr:stop` of every call (control protocol §13). Default: no. */
  cdrs?: boolean;
  /** Any of them lets an application in. */
  secrets: readonly string[];
  /** Listening addresses as SIP URIs, e.g. `sip:127.0.0.1:5060;transport=udp,tcp`, alone or with what holds for them. Port 0 asks for a free one. */
  contacts: readonly (string | ContactOptions)[];
  /** Address told to peers outside of private networks, where the machine stands behind NAT; of all contacts that have none of their own. */
  externalIp?: string;
  /** Certificates of `sips:` contacts that have none of their own, and what is asked of peers. */
  tls?: TlsOptions;
  /** Origins of pages that may connect over WebSocket, as `https://office.example`; none named: any. */
  pageOrigins?: readonly string[];
  /** How long connections may be silent or slow; what is not said stays as usual. */
  connections?: Partial<ConnectionTimes>;
  /** Name servers as `address` or `address:port`; none: those that the system is set up with. */
  dnsServers?: readonly string[];
  /** T1 of RFC 3261 in milliseconds (default 500). */
  t1Ms?: number;
  /** Timers that do not follow from T1. */
  timers?: Omit<TimerOptions, "t1Ms">;
  log?: Log;
  /** Who may see the messages that pass. */
  watch?: WatchOptions;
};

/** Thrown with every problem of the options, never only the first. */
export class InvalidEngineOptions extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the SIP engine's options are not usable:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** The listeners that the options ask for. Throws {@link InvalidEngineOptions}. */
export function checkOptions(options: SipEngineOptions): Listener[] {
  const problems: string[] = [];
  const { admin, secrets, contacts, t1Ms = 500 } = options;
  if (!Number.isInteger(admin.port) || admin.port < 0 || admin.port > 65_535)
    problems.push(`admin: port ${admin.port} is not between 0 and 65535`);
  if (secrets.length === 0 || secrets.some((secret) => secret.length === 0 || /[|\r\n]/.test(secret))) {
    problems.push("secret: at least one, not empty, without '|' and line ends");
  }
  problems.push(...problemsOfControl(options.control ?? {}));
  problems.push(...problemsOfWatch(options.watch ?? {}));
  problems.push(...problemsOfProtection(options.protection ?? {}));
  problems.push(...problemsOfDialogs(options.dialogs ?? {}));
  if (options.tls !== undefined) problems.push(...problemsOfTls(options.tls));
  for (const [name, seconds] of Object.entries(options.connections ?? {}))
    if (!(seconds >= 1 && seconds <= 86_400))
      problems.push(`connections: ${name} ${seconds} is not between 1 and 86400 seconds`);
  if (contacts.length === 0) problems.push("contact: at least one is needed");
  problems.push(...problemsOfTimers({ t1Ms, ...options.timers }));
  for (const server of options.dnsServers ?? [])
    if (parseServer(server) === null) problems.push(`dns: ${server} is not an address or address:port`);
  const listeners = contacts.flatMap((contact) => {
    const parsed = parseContact(contact, options);
    if (Array.isArray(parsed)) return parsed;
    const uri = typeof contact === "string" ? contact : contact.uri;
    problems.push(...parsed.problems.map((problem) => `contact: ${uri} ${problem}`));
    return [];
  });
  if (problems.length > 0) throw new InvalidEngineOptions(problems);
  return listeners;
}
