/** DNS questions and replies as bytes (RFC 1035, EDNS of RFC 6891, negative answers of RFC 2308). */
import * as packet from "dns-packet";
import type { AnyRecord, Found, Question } from "./records.ts";

/** Fits every path unfragmented (the figure of the DNS operators since 2020). */
const largestReply = 1_232;
const largestTtlMs = 24 * 3_600_000;
const largestNegativeTtlMs = 15 * 60_000;
/** Without an SOA nothing says how long a "no" holds. */
const unsaidNegativeTtlMs = 5_000;

export type Reply =
  | Found
  /** It did not fit: to be asked again over TCP. */
  | { kind: "truncated" }
  /** The server does not understand EDNS: to be asked without. */
  | { kind: "plain-wanted" }
  /** Not the reply to this question: from somebody else, or late. */
  | { kind: "not-ours" };

export function questionBytes({ type, name }: Question, { id, isPlain }: { id: number; isPlain: boolean }): Buffer {
  const edns = {
    type: "OPT",
    name: ".",
    udpPayloadSize: largestReply,
    flags: 0,
    options: [],
  } as unknown as packet.Answer;
  return packet.encode({
    type: "query",
    id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type, name, class: "IN" }],
    ...(isPlain ? {} : { additionals: [edns] }),
  });
}

/** Reads bytes from the network; whatever they are, it does not throw. */
export function readReply(bytes: Buffer, question: Question, id: number): Reply {
  // A list is made for as many records as it says there are, before one is read.
  if (!hasRoomForItsRecords(bytes)) return { kind: "not-ours" };
  let reply: packet.DecodedPacket & { rcode?: string };
  try {
    reply = packet.decode(bytes);
  } catch {
    return { kind: "not-ours" };
  }
  const asked = reply.questions?.[0];
  if (reply.type !== "response" || reply.id !== id) return { kind: "not-ours" };
  if (asked !== undefined && (asked.type !== question.type || bare(asked.name) !== question.name))
    return { kind: "not-ours" };
  if (reply.rcode === "FORMERR" || reply.rcode === "NOTIMP") return { kind: "plain-wanted" };
  if (reply.flag_tc) return { kind: "truncated" };
  if (reply.rcode !== "NOERROR" && reply.rcode !== "NXDOMAIN") return { kind: "failed", why: reply.rcode ?? "no code" };
  const { records, ttlSeconds } = recordsIn(reply.answers ?? [], question);
  if (records.length > 0) return { kind: "records", records, ttlMs: Math.min(ttlSeconds * 1_000, largestTtlMs) };
  return { kind: "none", ttlMs: negativeTtlMs(reply.authorities ?? []) };
}

const headBytes = 12;
/** A root name, type and class; with life and length where it is a record. */
const smallestQuestion = 5;
const smallestRecord = 11;

/** Whether the counts in the head fit into the bytes after it (RFC 1035 §4.1.1). */
function hasRoomForItsRecords(bytes: Buffer): boolean {
  if (bytes.length < headBytes) return false;
  const records = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10);
  return headBytes + bytes.readUInt16BE(4) * smallestQuestion + records * smallestRecord <= bytes.length;
}

const longestAliasChain = 8;

/** The records of the asked name, through its aliases; the shortest of all their lives counts. */
function recordsIn(
  answers: readonly packet.Answer[],
  question: Question,
): { records: AnyRecord[]; ttlSeconds: number } {
  let name = question.name;
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (let alias = 0; alias <= longestAliasChain; alias += 1) {
    const records: AnyRecord[] = [];
    for (const answer of answers) {
      if (answer.type !== question.type || bare(answer.name) !== name) continue;
      const record = recordOf(answer);
      if (record === null) continue;
      records.push(record);
      ttlSeconds = Math.min(ttlSeconds, ttlOf(answer));
    }
    const next = answers.find((answer) => answer.type === "CNAME" && bare(answer.name) === name);
    if (records.length > 0 || next === undefined) return { records, ttlSeconds };
    ttlSeconds = Math.min(ttlSeconds, ttlOf(next));
    name = bare((next as packet.StringAnswer).data);
  }
  return { records: [], ttlSeconds };
}

function recordOf(answer: packet.Answer): AnyRecord | null {
  switch (answer.type) {
    case "A":
    case "AAAA":
      return answer.data;
    case "SRV": {
      const { priority = 0, weight = 0, port, target } = answer.data;
      return port === 0 && bare(target) !== "" ? null : { priority, weight, port, target: bare(target) };
    }
    case "NAPTR": {
      const { order, preference, flags, services, regexp, replacement } = answer.data;
      return {
        order,
        preference,
        flags: flags.toLowerCase(),
        service: services.toLowerCase(),
        regexp,
        replacement: bare(replacement),
      };
    }
    default:
      return null;
  }
}

function negativeTtlMs(authorities: readonly packet.Answer[]): number {
  const start = authorities.find((answer) => answer.type === "SOA");
  if (start?.type !== "SOA") return unsaidNegativeTtlMs;
  return Math.min(Math.min(ttlOf(start), start.data.minimum ?? 0) * 1_000, largestNegativeTtlMs);
}

function ttlOf(answer: packet.Answer): number {
  return "ttl" in answer && typeof answer.ttl === "number" ? answer.ttl : 0;
}

/** Lower case, without the last dot. */
function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
