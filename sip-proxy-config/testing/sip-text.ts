/** SIP messages as text, written and read by tests only: short on purpose, so that a test can also write what no stack would. */
import { randomBytes } from "node:crypto";

export type RequestParts = {
  method: string;
  uri: string;
  /** `host:port` that the sender gives in Via and Contact. */
  from: string;
  transport?: "UDP" | "TCP";
  callId?: string;
  branch?: string;
  cseq?: number;
  toTag?: string;
  maxForwards?: number;
  headers?: readonly string[];
  body?: string;
};

export function newId(): string {
  return randomBytes(6).toString("hex");
}

export function requestText(parts: RequestParts): string {
  const { method, uri, from, transport = "UDP", callId = newId(), branch = newId(), body = "" } = parts;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${from};branch=z9hG4bK${branch}`,
    `From: <sip:+393315550123@${from};user=phone>;tag=from-${callId}`,
    `To: <sip:urp@example.invalid>${parts.toTag === undefined ? "" : `;tag=${parts.toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${parts.cseq ?? 1} ${method === "ACK" ? "ACK" : method}`,
    `Max-Forwards: ${parts.maxForwards ?? 70}`,
    `Contact: <sip:box@${from}${transport === "TCP" ? ";transport=tcp" : ""}>`,
    ...(parts.headers ?? []),
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${Buffer.byteLength(body, "latin1")}`,
    "",
    body,
  ].join("\r\n");
}

/** An answer to the request as it arrived: Via, Record-Route, From, To, Call-ID and CSeq are copied (RFC 3261 §8.2.6). */
export function answerText(request: string, status: string, answer: { toTag: string; contact?: string }): string {
  const copied = request
    .split("\r\n\r\n", 1)[0]!
    .split("\r\n")
    .filter((line) => /^(Via|Record-Route|From|To|Call-ID|CSeq)\s*:/i.test(line))
    .map((line) => (/^To\s*:/i.test(line) && !/;tag=/i.test(line) ? `${line};tag=${answer.toTag}` : line));
  const contact = answer.contact === undefined ? [] : [`Contact: <sip:box@${answer.contact}>`];
  return [`SIP/2.0 ${status}`, ...copied, ...contact, "Content-Length: 0", "", ""].join("\r\n");
}

/** All values of a header, in order. Headers on one line with commas stay as they are. */
export function headersOf(text: string, name: string): string[] {
  const head = text.split("\r\n\r\n", 1)[0] ?? "";
  const form = new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, "i");
  return head.split("\r\n").flatMap((line) => form.exec(line)?.[1] ?? []);
}

/** The routes of a dialog's Record-Route (one or several, in one header or more), in the order of the message. */
export function routesOf(text: string): string[] {
  return headersOf(text, "Record-Route").flatMap((value) => value.split(/,(?=\s*<)/).map((route) => route.trim()));
}

export const exampleSdp =
  "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
