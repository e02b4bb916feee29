/** What a peer of a test answers to requests of the engine's, and what it asks for inside of a call. */
import { headerOf, type RawPeer } from "./raw-peer.ts";

/** `tag`: the peer's own, where the request has none of it yet. */
export function answerLines(
  peer: RawPeer,
  request: string,
  answer: { status: string; tag?: string; more?: string[] },
): string[] {
  const to = headerOf(request, "To");
  return [
    `SIP/2.0 ${answer.status}`,
    ...[...request.matchAll(/^Via:.*$/gim)].map((found) => found[0].trim()),
    `From: ${headerOf(request, "From")}`,
    `To: ${to.includes(";tag=") ? to : `${to};tag=${answer.tag ?? "peer"}`}`,
    `Call-ID: ${headerOf(request, "Call-ID")}`,
    `CSeq: ${headerOf(request, "CSeq")}`,
    `Contact: <sip:${answer.tag ?? "peer"}@${peer.hostPort}>`,
    ...(answer.more ?? []),
  ];
}

/** A request of the calling peer's inside of the dialog that the engine's answer made. `branch`: the Via's, where it is not the method's and number's own. */
export function callerLines(
  peer: RawPeer,
  answer: string,
  request: { method: string; cseq: number; to: string; branch?: string; more?: string[] },
): string[] {
  const { method, cseq, to, branch = `${method}${cseq}`, more = [] } = request;
  return [
    `${method} sip:callee@${to} SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK-${branch}`,
    `From: ${headerOf(answer, "From")}`,
    `To: ${headerOf(answer, "To")}`,
    `Call-ID: ${headerOf(answer, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
    ...more,
  ];
}

/** A request of the called peer's inside of the dialog that its answer to our INVITE made. */
export function calleeLines(
  peer: RawPeer,
  answer: string[],
  request: { method: string; cseq: number; to: string; more?: string[] },
): string[] {
  const { method, cseq } = request;
  const text = answer.join("\r\n");
  return [
    `${method} sip:caller@${request.to} SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK-callee-${method}${cseq}`,
    `From: ${headerOf(text, "To")}`,
    `To: ${headerOf(text, "From")}`,
    `Call-ID: ${headerOf(text, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:moved@${peer.hostPort}>`,
    "Max-Forwards: 70",
    ...(request.more ?? []),
  ];
}
