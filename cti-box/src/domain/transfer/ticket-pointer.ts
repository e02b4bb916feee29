/**
 * The ticket's pointer that travels with a call: RFC 7433 User-to-User with the private package `it-tupa`, hex of
 * `tupa1;t=<ticketId>;x=<transferId>;o=<source officeId>`. No personal data. The reader tolerates what gateways do to the header.
 */

export type TicketPointer = { ticketId: string | null; transferId: string | null; sourceOfficeId: string | null };

const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const officeIdForm = /^[a-z0-9_-]{2,32}(:[A-Z0-9]{6})?$/;
/** Longer headers are not ours: the payload is at most 100 octets. */
const maxHeaderLength = 2048;

/** The header's value for a pointer. */
export function writeTicketPointer(pointer: TicketPointer): string {
  const fields = [
    pointer.ticketId === null ? "" : `;t=${pointer.ticketId}`,
    pointer.transferId === null ? "" : `;x=${pointer.transferId}`,
    pointer.sourceOfficeId === null ? "" : `;o=${pointer.sourceOfficeId}`,
  ];
  return `${toHex(`tupa1${fields.join("")}`)};encoding=hex;purpose=it-tupa;content=tupa-ref`;
}

/**
 * Reads the pointer from the values of all User-to-User headers (or one header with several values). Accepted: hex in either case,
 * missing `encoding`, missing `purpose`, %-escaped values (`User-to-User%3D…`). Anything else gives null and the call is an ordinary one.
 */
export function readTicketPointer(headers: readonly string[]): TicketPointer | null {
  const values = headers.filter((header) => header.length <= maxHeaderLength).flatMap(splitValues);
  const parsed = values.map(parseValue).filter((value) => value !== null);
  const ours = parsed.find((value) => value.purpose === "it-tupa") ?? parsed.find((value) => value.purpose === null);
  return ours === undefined ? null : pointerOf(ours.text);
}

type ParsedValue = { text: string; purpose: string | null };

function splitValues(header: string): string[] {
  return header.split(",").map((value) => value.trim());
}

function parseValue(value: string): ParsedValue | null {
  const plain = unescapeValue(value);
  const [first = "", ...params] = plain.split(";").map((part) => part.trim());
  const unquoted = first.replace(/^"(.*)"$/, "$1");
  const named = new Map(params.map((param) => splitOnce(param.toLowerCase(), "=")));
  const encoding = named.get("encoding") ?? "hex";
  if (encoding !== "hex" || unquoted.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(unquoted)) return null;
  return { text: fromHex(unquoted), purpose: named.get("purpose") ?? null };
}

/** Some gateways leave the escaping of Refer-To in place, with the header's name in front. */
function unescapeValue(value: string): string {
  const unescaped = /%3[bd]/i.test(value) ? value.replaceAll(/%3b/gi, ";").replaceAll(/%3d/gi, "=") : value;
  return unescaped.replace(/^User-to-User=/i, "");
}

function pointerOf(text: string): TicketPointer | null {
  const [version, ...fields] = text.split(";");
  if (version !== "tupa1") return null;
  const named = new Map(fields.map((field) => splitOnce(field, "=")));
  const pointer = {
    ticketId: matching(named.get("t"), ulid),
    transferId: matching(named.get("x"), ulid),
    sourceOfficeId: matching(named.get("o"), officeIdForm),
  };
  return pointer.ticketId === null && pointer.transferId === null ? null : pointer;
}

function matching(text: string | undefined, form: RegExp): string | null {
  return text !== undefined && form.test(text) ? text : null;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function toHex(text: string): string {
  return Array.from(text, (char) => (char.codePointAt(0) ?? 0).toString(16).padStart(2, "0")).join("");
}

function fromHex(hex: string): string {
  return (hex.match(/../g) ?? []).map((pair) => String.fromCodePoint(Number.parseInt(pair, 16))).join("");
}
