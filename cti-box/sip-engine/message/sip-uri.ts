/** SIP URIs and name-addr values (RFC 3261 §19.1, §20.10), read tolerantly. */

import { splitOutsideQuotes, withoutQuoted } from "./header-list.ts";

export type SipUri = {
  scheme: "sip" | "sips";
  user: string | null;
  host: string;
  port: number | null;
  params: ReadonlyMap<string, string | null>;
};

export type NameAddress = { uri: string; params: ReadonlyMap<string, string | null> };

const uriPattern =
  // oxlint-disable-next-line no-control-regex -- what no host may have
  /^(sips?):(?:([^@]*)@)?(\[[0-9a-fA-F:.]+\]|[^:;?@[\]\u0000-\u0020\u007f\s%<>",]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?$/i;

/** The parts of a SIP URI, or null when it is none (a tel: URI, garbage). IPv6 hosts keep their brackets. */
export function parseSipUri(text: string): SipUri | null {
  const found = uriPattern.exec(text.trim());
  if (!found) return null;
  const port = found[4] === undefined ? null : Number(found[4]);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  return {
    scheme: found[1]?.toLowerCase() === "sips" ? "sips" : "sip",
    user: found[2] ?? null,
    host: (found[3] ?? "").toLowerCase(),
    port,
    params: parseParams(found[5] ?? ""),
  };
}

/** Whether a text that begins with `sip:` can be read: an IPv6 address needs its brackets and has no zone (RFC 5118 §4.1). */
export function isSipUri(text: string): boolean {
  return uriPattern.test(text);
}

/** `;a=1;b` to a map with lower-case names; a quoted value loses its quotes. */
export function parseParams(text: string): ReadonlyMap<string, string | null> {
  const params = new Map<string, string | null>();
  for (const part of splitOutsideQuotes(text, ";")) {
    const equals = part.indexOf("=");
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name === "") continue;
    const value = equals === -1 ? null : part.slice(equals + 1).trim();
    params.set(name, value?.startsWith('"') ? value.replace(/^"|"$/g, "") : value);
  }
  return params;
}

/** `"Name" <uri>;tag=x` or `uri;tag=x` (where the parameters belong to the header, RFC 3261 §20). */
export function parseNameAddress(value: string): NameAddress {
  const { uri, params } = partsOf(value);
  return { uri, params: parseParams(params) };
}

/** URI and parameters of a name-addr value, the latter still as text. */
function partsOf(value: string): { uri: string; params: string } {
  const withoutName = withoutDisplayName(value);
  const open = withoutName.indexOf("<");
  if (open === -1) {
    const semicolon = withoutName.indexOf(";");
    return semicolon === -1
      ? { uri: withoutName.trim(), params: "" }
      : { uri: withoutName.slice(0, semicolon).trim(), params: withoutName.slice(semicolon) };
  }
  const close = withoutName.indexOf(">", open);
  const end = close === -1 ? withoutName.length : close;
  return { uri: withoutName.slice(open + 1, end).trim(), params: withoutName.slice(end + 1) };
}

/** Brackets inside a quoted display name do not count. */
function withoutDisplayName(value: string): string {
  return value.includes('"') ? value.replace(/^\s*"(?:[^"\\]|\\.)*"/, "") : value;
}

/** Whether a From or To value can be read without guessing: quotes and brackets closed, a URI with a scheme inside. */
export function isNameAddress(value: string): boolean {
  const withoutName = withoutDisplayName(value);
  const open = withoutName.indexOf("<");
  // A name needs brackets around the URI after it.
  if (open === -1 && withoutName !== value) return false;
  const before = open === -1 ? withoutQuoted(withoutName) : withoutName.slice(0, open);
  if (before.includes('"')) return false;
  if (open !== -1 && !isEndOfAddress(withoutName, withoutName.indexOf(">", open))) return false;
  return /^[a-z][a-z0-9+.-]*:[^<>"]+$/i.test(partsOf(value).uri);
}

/** Behind the bracket stand parameters or nothing: a second value would have a tag of its own. */
function isEndOfAddress(value: string, close: number): boolean {
  if (close === -1) return false;
  return /^\s*(?:;[^"<>,]*)?$/.test(withoutQuoted(value.slice(close + 1)));
}

const tagStart = ";tag=";

/** Tag of a From or To value, or null. */
export function tagOf(value: string | undefined): string | null {
  if (value === undefined) return null;
  const { params } = partsOf(value);
  if (params === "") return null;
  // Nearly always it is the only parameter.
  const isOnly = params.startsWith(tagStart) && !params.includes(";", 1) && !params.includes('"');
  return isOnly ? params.slice(tagStart.length).trim() : (parseParams(params).get("tag") ?? null);
}

/** The value with its display name and URI kept and the tag appended. Parameters after a URI without brackets are the header's, and stay so (RFC 3261 §20). */
export function withTag(value: string, tag: string): string {
  const text = value.trim();
  if (text.includes("<")) return `${text};tag=${tag}`;
  const semicolon = text.indexOf(";");
  const uri = semicolon === -1 ? text : text.slice(0, semicolon);
  return `<${uri.trimEnd()}>${text.slice(uri.length)};tag=${tag}`;
}
