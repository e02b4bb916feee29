/** Who calls, as headers say it: From and To (RFC 3261 §20), P-Asserted-Identity (RFC 3325) and Privacy (RFC 3323). */
import type { CallerIdentity } from "../../../application/ports.ts";
import type { Caller } from "../../../domain/call/call-view.ts";
import { parseSipUri } from "../drachtio.ts";

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

/** With whom a phone of the office talks from now on, in the middle of a call (RFC 5876); a withheld number stays withheld. */
export function connectedHeaders(caller: Caller, domain: string): Record<string, string> {
  const { from: _from, ...headers } = callerHeaders(caller, domain);
  return headers;
}

/** The citizen as the visible caller, also after a transfer: From, and P-Asserted-Identity where his number is known. */
export function callerHeaders(caller: Caller, domain: string): Record<string, string> {
  if (caller.isWithheld) {
    return { from: '"Anonymous" <sip:anonymous@anonymous.invalid>', privacy: "id" };
  }
  if (caller.number === null) return { from: writeNameAddress(caller.displayName, `sip:unknown@${domain}`) };
  const identity = writeNameAddress(caller.displayName, `sip:${caller.number}@${domain};user=phone`);
  return { from: identity, "p-asserted-identity": identity };
}
