/**
 * Bencode, the encoding of rtpengine's ng protocol: integers `i7e`, byte strings `3:abc`, lists `l…e`, dictionaries `d…e` with sorted keys.
 * Reading is bounded in depth; a datagram bounds the rest.
 */
export type Bencoded = number | string | Buffer | readonly Bencoded[] | { readonly [key: string]: Bencoded };

const MAX_DEPTH = 16;

export function encodeBencode(value: Bencoded): Buffer {
  if (typeof value === "number") return Buffer.from(`i${Math.trunc(value)}e`);
  if (typeof value === "string") return encodeBencode(Buffer.from(value));
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  if (isList(value)) return Buffer.concat([Buffer.from("l"), ...value.map(encodeBencode), Buffer.from("e")]);
  const members = Object.entries(value)
    .toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .flatMap(([key, member]) => [encodeBencode(key), encodeBencode(member)]);
  return Buffer.concat([Buffer.from("d"), ...members, Buffer.from("e")]);
}

/** Strings come back as text (UTF-8). @throws Error for anything that is not exactly one bencoded value. */
export function decodeBencode(bytes: Buffer): unknown {
  const { value, end } = readValue(bytes, 0, 0);
  if (end !== bytes.length) throw new Error("bencode: bytes after the value");
  return value;
}

type Read<T> = { value: T; end: number };

function readValue(bytes: Buffer, start: number, depth: number): Read<unknown> {
  if (depth > MAX_DEPTH) throw new Error("bencode: too deep");
  switch (String.fromCharCode(bytes[start] ?? 0)) {
    case "i":
      return readNumber(bytes, start + 1, "e");
    case "l":
      return readList(bytes, start + 1, depth);
    case "d":
      return readDictionary(bytes, start + 1, depth);
    default:
      return readText(bytes, start);
  }
}

function readList(bytes: Buffer, start: number, depth: number): Read<unknown[]> {
  const value: unknown[] = [];
  let end = start;
  while (!isEnd(bytes, end)) {
    const member = readValue(bytes, end, depth + 1);
    value.push(member.value);
    end = member.end;
  }
  return { value, end: end + 1 };
}

function readDictionary(bytes: Buffer, start: number, depth: number): Read<Record<string, unknown>> {
  const members: [string, unknown][] = [];
  let end = start;
  while (!isEnd(bytes, end)) {
    const key = readText(bytes, end);
    const member = readValue(bytes, key.end, depth + 1);
    members.push([key.value, member.value]);
    end = member.end;
  }
  return { value: Object.fromEntries(members), end: end + 1 };
}

function readText(bytes: Buffer, start: number): Read<string> {
  const length = readNumber(bytes, start, ":");
  const end = length.end + length.value;
  if (length.value < 0 || end > bytes.length) throw new Error("bencode: string longer than the message");
  return { value: bytes.toString("utf8", length.end, end), end };
}

function readNumber(bytes: Buffer, start: number, closing: string): Read<number> {
  const at = bytes.indexOf(closing, start);
  const text = at < 0 ? "" : bytes.toString("latin1", start, at);
  if (!/^-?\d{1,15}$/.test(text)) throw new Error("bencode: not a number");
  return { value: Number(text), end: at + 1 };
}

function isEnd(bytes: Buffer, at: number): boolean {
  if (at >= bytes.length) throw new Error("bencode: cut off");
  return bytes[at] === 0x65;
}

function isList(value: Bencoded): value is readonly Bencoded[] {
  return Array.isArray(value);
}
