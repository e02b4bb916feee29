/** What is refused, or answered by the engine itself, by a look at the headers of a new request alone (control protocol §9.4). */
import { isIP } from "node:net";
import type { SipRequest } from "../message/sip-message.ts";
import { parseSipUri } from "../message/sip-uri.ts";

export type BlockedHeader = {
  header: "user-agent" | "from" | "to";
  /** Anywhere in the value, in any case. */ text: string;
};

export type HeaderRuleOptions = {
  /** Parts of `User-Agent` that scanners use, in place of the list that comes with the engine. */
  scannerAgents?: readonly string[];
  /** Callers that are not wanted. */
  blocked?: readonly BlockedHeader[];
  /** What scanners and blocked callers hear (default: nothing). */
  blockedAnswer?: "silence" | "603";
  /** REGISTER whose request-URI names an address instead of a domain: scanners know no domain. Refused with 403, or (default) accepted. */
  registerAtAddress?: "accepted" | "refused";
  /** OPTIONS of this `User-Agent`, letter by letter, are answered 200 without an application: health checks of a load balancer. */
  healthCheckAgent?: string;
};

/** Programs that search the internet for SIP servers, by what they call themselves. */
export const knownScanners: readonly string[] = [
  "friendly-scanner",
  "friendly-request",
  "sipvicious",
  "sipcli",
  "sundayddr",
  "VaxSIPUserAgent",
  "VaxIPUserAgent",
  "pplsip",
  "sip-scan",
  "sipscan",
  "siparmyknife",
  "smap ",
  "iWar",
  "sipptk",
];

/** `by` says what it was. */
export type Judgement =
  | { kind: "pass" }
  | { kind: "silence"; by: "scanner" | "blocked" }
  | { kind: "answer"; answer: readonly [status: number, reason: string]; by: "scanner" | "blocked" | "address" }
  | { kind: "healthy" };

const pass: Judgement = { kind: "pass" };

/** One pattern for all texts, made once; null: there are none. */
function anyOf(texts: readonly string[]): RegExp | null {
  if (texts.length === 0) return null;
  return new RegExp(texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "i");
}

/** The judge of new requests. One pattern against one header, where nothing else is asked for. */
export function headerRules(options: HeaderRuleOptions): (request: SipRequest) => Judgement {
  const scanners = anyOf(options.scannerAgents ?? knownScanners);
  const blocked = (["user-agent", "from", "to"] as const).flatMap((header) => {
    const texts = (options.blocked ?? []).filter((each) => each.header === header).map((each) => each.text);
    const pattern = anyOf(texts);
    return pattern === null ? [] : [{ header, pattern }];
  });
  const unwanted = (by: "scanner" | "blocked"): Judgement =>
    options.blockedAnswer === "603" ? { kind: "answer", answer: [603, "Decline"], by } : { kind: "silence", by };
  const healthCheck = options.healthCheckAgent ?? null;
  const refusesAddresses = options.registerAtAddress === "refused";
  return (request) => {
    const { headers, method } = request;
    const agent = headers.first("user-agent");
    if (agent !== undefined && scanners?.test(agent) === true) return unwanted("scanner");
    for (const { header, pattern } of blocked)
      if (pattern.test(headers.first(header) ?? "")) return unwanted("blocked");
    if (method === "OPTIONS" && healthCheck !== null && agent === healthCheck) return { kind: "healthy" };
    if (refusesAddresses && method === "REGISTER" && isAtAddress(request.uri))
      return { kind: "answer", answer: [403, "Forbidden"], by: "address" };
    return pass;
  };
}

function isAtAddress(uri: string): boolean {
  return isIP((parseSipUri(uri)?.host ?? "").replace(/^\[|\]$/g, "")) !== 0;
}
