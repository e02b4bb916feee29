/** What a REGISTER asks for (RFC 3261 §10.2), bounded and checked. */
import { parseNameAddress } from "../headers/identity.ts";
import { isFromBrowser, parseSipUri } from "../drachtio.ts";
import type { SipRequest } from "../drachtio.ts";
import type { Device } from "../../../domain/call/call.ts";

export type RegisterOrder = {
  /** User of the address of record. */
  user: string;
  registrationId: string;
  sequence: number;
  contacts: { kind: "query" } | { kind: "remove-all" } | { kind: "list"; items: readonly AskedContact[] };
};
export type AskedContact = { device: Device; expiresSeconds: number };

export type RegisterProblem = { status: 400 | 416 | 423; why: string };

const defaultSeconds = 300;
export const shortestSeconds = 30;
const longestSeconds = 3600;
const mostContacts = 10;

export function readRegister(request: SipRequest): RegisterOrder | RegisterProblem {
  const to = parseNameAddress(request.get("to") ?? "");
  const user = to === null ? null : parseSipUri(to.uri)?.user;
  if (user === null || user === undefined) return { status: 400, why: "To names no user" };
  const registrationId = request.get("call-id") ?? "";
  const sequence = Number(/^\s*(\d{1,10})\s/.exec(request.get("cseq") ?? "")?.[1]);
  if (registrationId === "" || !Number.isInteger(sequence)) return { status: 400, why: "no Call-ID or CSeq" };
  const contacts = contactsOf(request);
  return "status" in contacts ? contacts : { user, registrationId, sequence, contacts };
}

function contactsOf(request: SipRequest): RegisterOrder["contacts"] | RegisterProblem {
  const header = request.get("contact")?.trim();
  const general = secondsOf(request.get("expires")) ?? defaultSeconds;
  if (header === undefined || header === "") return { kind: "query" };
  if (header === "*") {
    return general === 0 ? { kind: "remove-all" } : { status: 400, why: "Contact: * goes with Expires: 0 only" };
  }
  const values = splitList(header);
  if (values.length > mostContacts) return { status: 400, why: "too many contacts" };
  const items: AskedContact[] = [];
  for (const value of values) {
    const item = askedContact(value, general, request);
    if ("status" in item) return item;
    items.push(item);
  }
  return { kind: "list", items };
}

function askedContact(value: string, general: number, request: SipRequest): AskedContact | RegisterProblem {
  const address = parseNameAddress(value);
  const uri = address === null ? null : parseSipUri(address.uri);
  if (address === null || uri === null) return { status: 400, why: "Contact cannot be read" };
  if (!/^sips?:/i.test(address.uri) || uri.host === "") return { status: 416, why: "Contact is not a SIP URI" };
  const own = secondsOf(/>[^>]*;\s*expires\s*=\s*(\d+)/i.exec(value)?.[1]);
  const asked = own ?? general;
  if (asked > 0 && asked < shortestSeconds) return { status: 423, why: "registration is too short" };
  return { device: deviceAt(address.uri, request), expiresSeconds: Math.min(asked, longestSeconds) };
}

/**
 * A browser is reached over the connection it registered on: the stack finds it by its contact. A phone whose contact differs from the
 * address that it really sends from (behind NAT) is reached there.
 */
function deviceAt(contact: string, request: SipRequest): Device {
  const uri = parseSipUri(contact);
  if (isFromBrowser(request)) return { uri: contact, nextHop: null, media: "webrtc" };
  const { source_address: address, source_port: port, protocol } = request;
  const isDirect = uri?.host === address && (uri.port ?? 5060) === Number(port);
  const isStream = /^tcp$/i.test(protocol);
  const source = `sip:${address.includes(":") ? `[${address}]` : address}:${port}${isStream ? ";transport=tcp" : ""}`;
  return { uri: contact, nextHop: isDirect ? null : source, media: "rtp" };
}

function secondsOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}

/** Splits at commas outside quotes and angle brackets. */
function splitList(header: string): string[] {
  return (header.match(/(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^,"<])+/g) ?? []).map((value) => value.trim());
}
