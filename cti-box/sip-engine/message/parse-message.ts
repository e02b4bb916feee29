/**
 * Tolerant reader of SIP messages (RFC 3261 §7, §25): compact forms, folded lines, odd spacing and bare line feeds are read; every size is bounded.
 * A message that cannot be read is a value with a reason, together with the headers that could be read, so that a 400 can be sent.
 */
import { HeaderList } from "./header-list.ts";
import { noBody, type SipMessage } from "./sip-message.ts";

export const limits = {
  /** Whole message, bytes. */
  messageBytes: 1024 * 1024,
  /** Start line and headers together, bytes. */
  headBytes: 64 * 1024,
  lineLength: 16 * 1024,
  headers: 256,
} as const;

export type ParseResult =
  | { ok: true; message: SipMessage; /** Bytes of the input that the message took. */ length: number }
  | { ok: false; reason: string; /** What could be read, for an answer. */ partial: SipMessage | null };

const refused = (reason: string, partial: SipMessage | null = null): ParseResult => ({ ok: false, reason, partial });

/** Where the head ends: the index of its first empty line's end, or -1. */
export function endOfHead(bytes: Buffer): { end: number; length: number } | null {
  const strict = bytes.indexOf("\r\n\r\n");
  const bare = bytes.indexOf("\n\n");
  if (strict === -1 && bare === -1) return null;
  if (strict !== -1 && (bare === -1 || strict < bare)) return { end: strict, length: 4 };
  return { end: bare, length: 2 };
}

/** Reads one whole message, as a datagram holds it; a body longer than Content-Length is cut, a shorter one is an error (RFC 3261 §18.3). */
export function parseMessage(bytes: Buffer): ParseResult {
  if (bytes.length > limits.messageBytes) return refused("message too large");
  const head = endOfHead(bytes);
  const headEnd = head?.end ?? bytes.length;
  if (headEnd > limits.headBytes) return refused("head too large");
  const parsed = parseHead(bytes.toString("utf8", 0, headEnd));
  if (!parsed.ok || !head) return parsed.ok ? refused("no end of headers", parsed.message) : parsed;
  const bodyStart = head.end + head.length;
  const declared = contentLength(parsed.message.headers);
  if (declared === "bad") return refused("bad Content-Length", parsed.message);
  const available = bytes.length - bodyStart;
  if (declared !== null && declared > available) return refused("body shorter than Content-Length", parsed.message);
  const length = declared ?? available;
  const body = length === 0 ? noBody : Buffer.from(bytes.subarray(bodyStart, bodyStart + length));
  return { ok: true, message: { ...parsed.message, body }, length: bodyStart + length };
}

/** Reads a message of the application: whatever follows the head is its body, and Content-Length is ours to count. */
export function parseFromApplication(bytes: Buffer): ParseResult {
  const head = endOfHead(bytes);
  const parsed = parseHead(bytes.toString("utf8", 0, head?.end ?? bytes.length).replace(/(\r?\n)+$/, ""));
  if (!parsed.ok) return parsed;
  const body = head === null ? noBody : Buffer.from(bytes.subarray(head.end + head.length));
  return { ok: true, message: { ...parsed.message, body }, length: bytes.length };
}

/** Content-Length of the headers: null when absent, "bad" when it is no number. */
export function contentLength(headers: HeaderList): number | null | "bad" {
  const value = headers.first("content-length");
  if (value === undefined) return null;
  return /^\d{1,9}$/.test(value) ? Number(value) : "bad";
}

function parseHead(text: string): ParseResult {
  const lines = text.split(/\r?\n/);
  const startLine = lines[0] ?? "";
  const headers = readHeaders(lines);
  if (typeof headers === "string") return refused(headers);
  const start = parseStartLine(startLine);
  if (start.kind === "unreadable") {
    const partial: SipMessage = { kind: "request", method: start.method, uri: start.uri, headers, body: noBody };
    return refused(start.reason, start.method === "" ? null : partial);
  }
  const message: SipMessage = { ...start, headers, body: noBody };
  return { ok: true, message, length: 0 };
}

function readHeaders(lines: string[]): HeaderList | string {
  const headers = new HeaderList();
  let current = "";
  const finish = (): boolean => {
    if (current === "") return true;
    const colon = current.indexOf(":");
    const name = current.slice(0, colon).trimEnd();
    if (colon < 1 || !/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(name)) return false;
    headers.append(name, current.slice(colon + 1).trim());
    return true;
  };
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line.length > limits.lineLength) return "line too long";
    if (line.startsWith(" ") || line.startsWith("\t")) {
      if (current.length + line.length > limits.lineLength) return "line too long";
      current += ` ${line.trim()}`;
      continue;
    }
    if (!finish()) return "bad header line";
    current = line;
    if (headers.size >= limits.headers) return "too many headers";
  }
  return finish() ? headers : "bad header line";
}

type StartLine =
  | { kind: "request"; method: string; uri: string }
  | { kind: "response"; status: number; reason: string }
  | { kind: "unreadable"; reason: string; method: string; uri: string };

function parseStartLine(line: string): StartLine {
  const status = /^SIP\/2\.0 +([1-6]\d\d)(?: (.*))?$/i.exec(line);
  if (status) return { kind: "response", status: Number(status[1]), reason: status[2] ?? "" };
  const request = /^([A-Za-z0-9\-.!%*_+`'~]+) +(\S+) +(\S+)\s*$/.exec(line);
  const method = request?.[1] ?? "";
  const uri = request?.[2] ?? "";
  if (!request)
    return { kind: "unreadable", reason: "bad start line", method: /^([A-Za-z]+) /.exec(line)?.[1] ?? "", uri: "" };
  if (!/^SIP\/2\.0$/i.test(request[3] ?? ""))
    return { kind: "unreadable", reason: "version not supported", method, uri };
  if (uri.startsWith("<")) return { kind: "unreadable", reason: "bad request-uri", method, uri };
  return { kind: "request", method, uri };
}

/** Headers that every message needs (RFC 3261 §8.1.1), with the values that have to make sense; the first fault found, or null. */
export function faultOf(message: SipMessage): string | null {
  for (const key of ["via", "from", "to", "call-id", "cseq"]) {
    if (!message.headers.has(key)) return `missing ${key}`;
  }
  for (const key of ["from", "to", "call-id", "cseq", "max-forwards"]) {
    if (message.headers.lines(key).length > 1) return `more than one ${key}`;
  }
  const cseq = /^(\d{1,10})\s+(\S+)$/.exec(message.headers.first("cseq") ?? "");
  if (!cseq || Number(cseq[1]) > 0xffff_ffff) return "bad cseq";
  if (message.kind === "request" && cseq[2] !== message.method) return "cseq method differs";
  const hops = message.headers.first("max-forwards");
  if (hops !== undefined && !/^\d{1,3}$/.test(hops)) return "bad max-forwards";
  return null;
}
