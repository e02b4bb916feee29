/**
 * A request of the office to a carrier that asks who the office is. Proven here and not by `drachtio-srf`: that sends the second request to the bare address
 * that the first one went to, which over TLS is a peer whose certificate is for another name, and knows MD5 alone.
 */
import { digestProof, type Password } from "./headers/digest-proof.ts";
import type { SipHeaders, SipMessage } from "./drachtio.ts";

type Challenge = Pick<SipMessage, "get"> & { status: number };
type Sent = Pick<SipMessage, "get">;

/** Headers of the same request once more, with the proof; null: it was not asked for, or cannot be given. */
export function provenHeaders(
  sent: Sent,
  challenge: Challenge,
  request: { method: string; uri: string; headers: SipHeaders; credentials: Password | undefined },
): SipHeaders | null {
  const { method, uri, headers, credentials } = request;
  const isProxy = challenge.status === 407;
  if (credentials === undefined || (challenge.status !== 401 && !isProxy)) return null;
  const asked = challenge.get(isProxy ? "proxy-authenticate" : "www-authenticate") ?? "";
  const proof = digestProof(asked, { ...credentials, method, uri });
  if (proof === null) return null;
  return laterRequest(sent, method, { ...headers, [isProxy ? "Proxy-Authorization" : "Authorization"]: proof });
}

/** The same request, one number later (RFC 3261 §22.2), with these headers. Null: what was sent has no number. */
export function laterRequest(sent: Sent, method: string, headers: SipHeaders): SipHeaders | null {
  const number = Number.parseInt(sent.get("cseq") ?? "", 10);
  if (Number.isNaN(number)) return null;
  const { from: _from, ...others } = headers;
  const [from, callId] = [sent.get("from") ?? "", sent.get("call-id") ?? ""];
  return { ...others, From: from, "call-id": callId, CSeq: `${number + 1} ${method}` };
}
