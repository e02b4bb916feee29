/** Who calls, as headers say it: From and To (RFC 3261 §20), P-Asserted-Identity (RFC 3325) and Privacy (RFC 3323). */
import type { CallerIdentity } from "../../../application/ports.ts";
import type { ConnectedIdentity } from "../../../application/far-end.ts";
import { parseSipUri } from "../drachtio.ts";

const anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/** `"Name" <uri>;params`, `Name <uri>` or a bare URI: name and URI, or null when it is none of them. */
export function parseNameAddress(value: string): { displayName: string | null; uri: string } | null {
  const text = value.trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"\s*<([^<>]*)>/.exec(text);
  if (quoted !== null)
    return { displayName: nameOf((quoted[1] ?? "").replaceAll(/\\(.)/g, "$1")), uri: quoted[2] ?? "" };
  const bracketed = /^([^"<>]*)<([^<>]*)>/.exec(text);
  if (bracketed !== null) return { displayName: nameOf(bracketed[1] ?? ""), uri: bracketed[2] ?? "" };
  const bare = /^[a-z]+:[^\s;<>"]+/i.exec(text);
  return bare === null ? null : { displayName: null, uri: bare[0] };
}

function nameOf(text: string): string | null {
  const name = text.trim();
  return name === "" ? null : name;
}

/** Null when the header cannot be read. */
export function identityOf(value: string | undefined): CallerIdentity | null {
  const parsed = value === undefined ? null : parseNameAddress(value);
  const uri = parsed === null ? null : parseSipUri(parsed.uri);
  return parsed === null || uri === null ? null : { user: uri.user, displayName: parsed.displayName };
}

/** Of several identities the first: later ones are the same person's `tel:` URI. */
export function firstOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^,"<])+/.exec(header.trim())?.[0];
}

/** `id`, `user` and `header` all ask to keep the number from the called party. */
export function withholdsIdentity(privacy: string | undefined): boolean {
  return /\b(id|user|header)\b/i.test(privacy ?? "");
}

export function writeNameAddress(displayName: string | null, uri: string): string {
  if (displayName === null) return `<${uri}>`;
  // Control characters would end the header line: no name has any.
  const plain = displayName.replaceAll(/\p{Cc}/gu, " ").replaceAll(/["\\]/g, "\\$&");
  return `"${plain}" <${uri}>`;
}

/** With whom a phone of the office, or another office, talks from now on, in the middle of a call (RFC 5876); a withheld number stays withheld. */
export function connectedHeaders(connected: ConnectedIdentity, domain: string): Record<string, string> {
  return connected.isWithheld ? { privacy: "id" } : { "p-asserted-identity": connectedAddress(connected, domain) };
}

/** As From of a far end that lets it change (RFC 4916), without the tag. */
export function connectedFrom(connected: ConnectedIdentity, domain: string): string {
  return connected.isWithheld ? anonymous : connectedAddress(connected, domain);
}

function connectedAddress({ user, displayName }: ConnectedIdentity, domain: string): string {
  const isNumber = user?.startsWith("+") ?? false;
  const escaped = encodeURIComponent(user ?? "unknown").replaceAll("%2B", "+");
  return writeNameAddress(displayName, `sip:${escaped}@${domain}${isNumber ? ";user=phone" : ""}`);
}

/** Who calls, which is the citizen also after a transfer: From, and P-Asserted-Identity where a number, an extension or an office is known. */
export function callerHeaders(caller: ConnectedIdentity, domain: string): Record<string, string> {
  const from = connectedFrom(caller, domain);
  return caller.isWithheld || caller.user === null
    ? { from, ...(caller.isWithheld && { privacy: "id" }) }
    : { from, "p-asserted-identity": from };
}
