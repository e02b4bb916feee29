/**
 * Tolerant reader of SIP messages (RFC 3261 §7, §25): compact forms, folded lines, odd spacing and bare line feeds are read; every size is bounded.
 * A message that cannot be read is a value with a reason, together with the headers that could be read, so that a 400 can be sent.
 * Bodies are bytes: nothing in the engine opens them, so there is no nesting of parts to bound.
 */
import { isUtf8 } from "node:buffer";
import { HeaderList, trimBlanks } from "./header-list.ts";
import { noBody, type SipMessage } from "./sip-message.ts";
import { readPlainHeaders, tokenPattern } from "./read-plain-headers.ts";
import { isNameAddress, isSipUri } from "./sip-uri.ts";
import { parseVia } from "./via.ts";

export const limits = {
  /** Whole message, bytes. */
  messageBytes: 1024 * 1024,
  /** Start line and headers together, bytes. */
  headBytes: 64 * 1024,
  lineLength: 16 * 1024,
  headers: 256,
  /** More than a request can collect on its way; each answer carries them all again. */
  vias: 100,
} as const;

export type ParseResult =
  | { ok: true; message: SipMessage; /** Bytes of the input that the message took. */ length: number }
  | { ok: false; reason: string; /** What could be read, for an answer. */ partial: SipMessage | null };

const refused = (reason: string, partial: SipMessage | null = null): ParseResult => ({ ok: false, reason, partial });

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Where the head ends and the body starts, or null. Decision: the first empty line ends the head, whether its line ends are CRLF, bare LF or a mixture;
 * every reader on the way that is strict has refused such a message before us, every tolerant one cuts it in the same place.
 */
export function endOfHead(bytes: Buffer, from = 0): { end: number; bodyStart: number } | null {
  for (let at = bytes.indexOf(lineFeed, from); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) {
    const next = bytes[at + 1] === carriageReturn ? at + 2 : at + 1;
    if (bytes[next] === lineFeed) return { end: bytes[at - 1] === carriageReturn ? at - 1 : at, bodyStart: next + 1 };
  }
  return null;
}

/** Line ends before a start line are skipped (RFC 3261 §7.5). */
function startOfMessage(bytes: Buffer): number {
  let start = 0;
  while (bytes[start] === carriageReturn || bytes[start] === lineFeed) start += 1;
  return start;
}

/**
 * Reads one whole message, as a datagram holds it; a body longer than Content-Length is cut, a shorter one is an error (RFC 3261 §18.3).
 * Without Content-Length the rest of the datagram is the body.
 */
export function parseMessage(bytes: Buffer): ParseResult {
  if (bytes.length > limits.messageBytes) return refused("message too large");
  const start = startOfMessage(bytes);
  const head = endOfHead(bytes, start);
  const headEnd = head?.end ?? bytes.length;
  if (headEnd - start > limits.headBytes) return refused("head too large");
  const parsed = parseHead(textOf(bytes.subarray(start, headEnd)));
  if (!parsed.ok) return parsed;
  const declared = contentLength(parsed.message.headers);
  // The empty line that a sender forgot after its last header is missed by nobody when there is no body.
  const isEndForgotten = head === null && declared === 0 && bytes.at(-1) === lineFeed;
  if (head === null && !isEndForgotten) return refused("no end of headers", parsed.message);
  const bodyStart = head?.bodyStart ?? bytes.length;
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
  const parsed = parseHead(withoutLineEnds(textOf(bytes.subarray(0, head?.end ?? bytes.length))));
  if (!parsed.ok) return parsed;
  const body = head === null ? noBody : Buffer.from(bytes.subarray(head.bodyStart));
  return { ok: true, message: { ...parsed.message, body }, length: bytes.length };
}

/** Content-Length of the headers: null when absent, "bad" when it is no number or there are several (two readers would cut in two places). */
export function contentLength(headers: HeaderList): number | null | "bad" {
  const [value, ...more] = headers.lines("content-length");
  if (value === undefined) return null;
  return more.length === 0 && /^\d{1,9}$/.test(value) ? Number(value) : "bad";
}

/** UTF-8, as RFC 3261 has it; names from old phones that are no UTF-8 are read as ISO 8859-1, so that they are not lost. */
function textOf(head: Buffer): string {
  const text = head.toString("utf8");
  return text.includes("\ufffd") && !isUtf8(head) ? head.toString("latin1") : text;
}

function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === lineFeed) end -= text.charCodeAt(end - 2) === carriageReturn ? 2 : 1;
  return text.slice(0, end);
}

function parseHead(text: string): ParseResult {
  const { startLine, headers, fault } = readHead(text);
  const start = parseStartLine(startLine);
  if (start.kind === "unreadable") {
    const partial: SipMessage = { kind: "request", method: start.method, uri: start.uri, headers, body: noBody };
    return refused(fault ?? start.reason, start.method === "" ? null : partial);
  }
  const message: SipMessage = { ...start, headers, body: noBody };
  return fault === null ? { ok: true, message, length: 0 } : refused(fault, message);
}

type Head = { startLine: string; headers: HeaderList; fault: string | null };

function readHead(text: string): Head {
  const lineEnd = text.indexOf("\r\n");
  const plain = lineEnd === -1 ? null : readPlainHeaders(text, lineEnd + 2, limits);
  if (plain !== null) return { startLine: text.slice(0, lineEnd), headers: plain, fault: null };
  // A line end after the last header is there when the empty line is not.
  const lines = text.split(/\r?\n/);
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return { startLine: lines[0] ?? "", ...readHeaders(lines) };
}

/** The headers that can be read, and the first fault of the rest; after a limit is passed nothing more is read. */
function readHeaders(lines: string[]): { headers: HeaderList; fault: string | null } {
  const headers = new HeaderList();
  let fault: string | null = null;
  let current: string | null = null;
  const finish = (): void => {
    if (current === null) return;
    const colon = current.indexOf(":");
    const name = current.slice(0, colon).trimEnd();
    if (colon < 1 || !tokenPattern.test(name)) fault ??= "bad header line";
    else headers.append(name, trimBlanks(current.slice(colon + 1)));
  };
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const isFolded = line.startsWith(" ") || line.startsWith("\t");
    if ((isFolded ? (current?.length ?? 0) : 0) + line.length > limits.lineLength) {
      if (!isFolded) finish();
      return { headers, fault: "line too long" };
    }
    if (isFolded) {
      current = `${current ?? ""} ${trimBlanks(line)}`;
      continue;
    }
    finish();
    current = line;
    if (headers.size >= limits.headers) return { headers, fault: "too many headers" };
  }
  finish();
  return { headers, fault };
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

const needed = ["via", "from", "to", "call-id", "cseq"] as const;
const single = ["from", "to", "call-id", "cseq", "max-forwards"] as const;

/** Headers that every message needs (RFC 3261 §8.1.1), with the values that have to make sense; the first fault found, or null. */
export function faultOf(message: SipMessage): string | null {
  const { headers } = message;
  for (const key of needed) if ((headers.first(key) ?? "") === "") return `missing ${key}`;
  for (const key of single) if (headers.count(key) > 1) return `more than one ${key}`;
  const vias = headers.values("via");
  if (vias.length > limits.vias) return "too many via";
  if (vias.some((via) => parseVia(via) === null)) return "bad via";
  for (const key of ["from", "to"]) if (!isNameAddress(headers.first(key) ?? "")) return `bad ${key}`;
  if (message.kind === "request" && /^sips?:/i.test(message.uri) && !isSipUri(message.uri)) return "bad request-uri";
  return faultOfNumbers(message);
}

/** Below 2^31, so that the numbers that follow fit as well (RFC 3261 §8.1.1.5). */
const largestCseq = 0x7fff_ffff;

function faultOfNumbers(message: SipMessage): string | null {
  const cseq = /^(\d+)\s+(\S+)$/.exec(message.headers.first("cseq") ?? "");
  if (!cseq || Number(cseq[1]) > largestCseq) return "bad cseq";
  if (message.kind === "request" && cseq[2] !== message.method) return "cseq method differs";
  const hops = message.headers.first("max-forwards");
  if (hops !== undefined && !(/^\d+$/.test(hops) && Number(hops) <= 255)) return "bad max-forwards";
  return null;
}
