/** Whose certificate it is: the SIP domains that it is good for (RFC 5922 §7), and the comparison with the one that was asked for. */
import { isIP } from "node:net";
import type { PeerCertificate } from "node:tls";

export type SubjectNames = {
  /** Common name of the subject; "" where there is none. */
  commonName: string;
  /** Values of subjectAltName by kind, in the order of the certificate. */
  uris: readonly string[];
  dns: readonly string[];
  addresses: readonly string[];
};

/** Of the certificate as Node shows it. */
export function subjectNames({
  subject,
  subjectaltname,
}: Pick<PeerCertificate, "subject" | "subjectaltname">): SubjectNames {
  const names = alternativeNames(subjectaltname ?? "");
  const of = (kind: string): string[] => names.filter((each) => each.kind === kind).map((each) => each.value);
  const commonName: unknown = subject?.CN;
  return {
    // More than one common name is shown as a list: then none of them counts.
    commonName: typeof commonName === "string" ? commonName : "",
    uris: of("URI"),
    dns: of("DNS"),
    addresses: of("IP Address"),
  };
}

/** `KIND:value, KIND:value`; a value with a comma, a quote or control characters stands in quotes, as JSON. */
function alternativeNames(text: string): { kind: string; value: string }[] {
  const found: { kind: string; value: string }[] = [];
  for (const [, kind = "", quoted, plain] of text.matchAll(/([A-Za-z ]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))(?:, |$)/g)) {
    const value = quoted === undefined ? plain : unquoted(quoted);
    if (value !== undefined) found.push({ kind, value });
  }
  return found;
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Whether the certificate is good for a domain, or an address where the URI names one. Names are compared whole: wildcards match nothing (RFC 5922 §7.2).
 * The common name counts only where there is no subjectAltName of use at all (§7.1).
 */
export function isGoodFor(names: SubjectNames, host: string): boolean {
  const wanted = host.toLowerCase();
  if (isIP(wanted) !== 0) return names.addresses.some((each) => sameAddress(each, wanted));
  const domains = sipDomains(names);
  return domains.some((each) => each === wanted);
}

/** The SIP domains of a certificate, in lower case. */
export function sipDomains(names: SubjectNames): string[] {
  const fromUris = names.uris.flatMap((uri) => /^sip:([^@;?:/\s]+)$/i.exec(uri)?.[1] ?? []);
  const hasNone = names.uris.length + names.dns.length + names.addresses.length === 0;
  const all = [...fromUris, ...names.dns, ...(hasNone && names.commonName !== "" ? [names.commonName] : [])];
  return all.map((each) => each.toLowerCase());
}

function sameAddress(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

/** IPv6 is written in many ways; a URL has one. */
function canonical(address: string): string {
  return isIP(address) === 6 ? (URL.parse(`http://[${address}]`)?.hostname ?? address) : address;
}

/** In words for the log: what the certificate says of its owner. */
export function describeNames(names: SubjectNames): string {
  const alternatives = [...names.uris, ...names.dns, ...names.addresses];
  const listed = alternatives.length > 0 ? alternatives.slice(0, 8).join(", ") : "none";
  return `common name ${names.commonName || "none"}, alternative names ${listed}`;
}
