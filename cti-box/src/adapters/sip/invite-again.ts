/**
 * An INVITE that is sent once more where the far end says what it misses: a proof of who the office is (401, 407), or a longer session interval (422, RFC 4028 §7.4).
 * Done here and not by `drachtio-srf`: that proves to the bare address that the first one went to, and leaves 422 to its application.
 */
import { laterRequest, provenHeaders } from "./prove-request.ts";
import { timerAfterRefusal } from "./headers/session-timer.ts";
import type { Password } from "./headers/digest-proof.ts";
import type { SipFailure, SipHeaders, SipMessage, SipRequest, SipStack } from "./drachtio.ts";

type Place = Parameters<SipStack["createUAC"]>;
export type Invite = {
  uri: Place[0];
  options: Place[1];
  credentials: Password | undefined;
  /** Is the call still wanted when the far end asks for more? */
  isWanted: () => boolean;
};

/** A far end that is never content gets no more of them. */
const mostInvites = 6;

/** INVITE; `cbRequest` is told of each. */
export function inviteAgain(stack: SipStack, invite: Invite, ...[progress, done]: [Place[2], Place[3]]): void {
  const { uri, options, credentials, isWanted } = invite;
  const send = (headers: SipHeaders, number: number): void => {
    let sent: SipRequest | null = null;
    const listening: typeof progress = {
      ...progress,
      cbRequest: (error, request) => {
        if (!error) sent = request;
        progress.cbRequest(error, request);
      },
    };
    stack.createUAC(uri, { ...options, headers: { ...headers } }, listening, (error, dialog) => {
      if (error !== null) {
        const next = sent === null || number >= mostInvites || !isWanted() ? null : headersAfter(error, sent, invite);
        return next === null ? done(error, dialog) : send(next, number + 1);
      }
      // Requests inside of the call may be asked for it as well.
      if (credentials !== undefined) dialog.auth = credentials;
      return done(null, dialog);
    });
  };
  send(options.headers, 1);
}

/** Null: it is refused for another reason, or cannot be given what it misses. */
function headersAfter({ status, res }: SipFailure, sent: SipRequest, invite: Invite): SipHeaders | null {
  if (status === undefined || res === undefined) return null;
  const { uri, credentials } = invite;
  const { headers } = withTimerOf(sent, invite.options);
  if (status === 422) {
    const timer = timerAfterRefusal(sent, res);
    // Proofs are asked for anew.
    return timer === null ? null : laterRequest(sent, "INVITE", { ...headers, ...timer });
  }
  if (isProven(sent)) return null;
  const challenge = { status, get: (name: string) => res.get(name) };
  return provenHeaders(sent, challenge, { method: "INVITE", uri, headers, credentials });
}

/** What the last one asked for goes before what the first one did. */
function withTimerOf(sent: SipRequest, options: Place[1]): Place[1] {
  const [expires, minimum] = [sent.get("session-expires"), sent.get("min-se")];
  const asked: SipHeaders = {
    ...(expires !== undefined && { "Session-Expires": expires }),
    ...(minimum !== undefined && { "Min-SE": minimum }),
  };
  return { ...options, headers: { ...options.headers, ...asked } };
}

/** A second challenge means that the proof is wrong. */
function isProven(sent: Pick<SipMessage, "has">): boolean {
  return sent.has("authorization") || sent.has("proxy-authorization");
}
