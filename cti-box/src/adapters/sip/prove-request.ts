/**
 * A request of the office to a carrier that asks who the office is. Proven here and not by `drachtio-srf`: that sends the second request to the bare address
 * that the first one went to, which over TLS is a peer whose certificate is for another name, and knows MD5 alone.
 */
import { digestProof, type Password } from "./headers/digest-proof.ts";
import type { SipFailure, SipHeaders, SipMessage, SipRequest, SipStack } from "./drachtio.ts";

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
  const number = Number.parseInt(sent.get("cseq") ?? "", 10);
  if (proof === null || Number.isNaN(number)) return null;
  const { from: _from, ...others } = headers;
  return {
    ...others,
    // The same request, one number later (RFC 3261 §22.2).
    From: sent.get("from") ?? "",
    "call-id": sent.get("call-id") ?? "",
    CSeq: `${number + 1} ${method}`,
    [isProxy ? "Proxy-Authorization" : "Authorization"]: proof,
  };
}

type Place = Parameters<SipStack["createUAC"]>;
export type Invite = {
  uri: Place[0];
  options: Place[1];
  credentials: Password | undefined;
  /** Is the call still wanted when the carrier asks? */
  isWanted: () => boolean;
};

/** INVITE; `cbRequest` is told of each of the two. */
export function inviteWithProof(stack: SipStack, invite: Invite, ...[progress, done]: [Place[2], Place[3]]): void {
  const { uri, options, credentials, isWanted } = invite;
  let first: SipRequest | null = null;
  const listening: typeof progress = {
    ...progress,
    cbRequest: (error, request) => {
      if (!error) first = request;
      progress.cbRequest(error, request);
    },
  };
  const finish: typeof done = (error, dialog) => {
    // Requests inside of the call may be asked for it as well.
    if (error === null && credentials !== undefined) dialog.auth = credentials;
    done(error, dialog);
  };
  stack.createUAC(uri, { ...options, headers: { ...options.headers } }, listening, (error, dialog) => {
    const headers = error === null || first === null || !isWanted() ? null : headersAfter(error, first, invite);
    if (headers === null) return finish(error, dialog);
    return stack.createUAC(uri, { ...options, headers }, progress, finish);
  });
}

function headersAfter(error: SipFailure, first: SipRequest, { uri, options, credentials }: Invite): SipHeaders | null {
  const { status, res } = error;
  if (status === undefined || res === undefined) return null;
  const challenge = { status, get: (name: string) => res.get(name) };
  return provenHeaders(first, challenge, { method: "INVITE", uri, headers: options.headers, credentials });
}
