/** What a refusal by the application says of the one who is refused. */
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import type { Misdeed } from "./strikes.ts";

/** `isOurNonce`: its credentials were made for a challenge that this source was given. Null: nothing to its discredit. */
export function refusalIn(request: SipRequest, response: SipResponse, isOurNonce: boolean): Misdeed | null {
  const hasCredentials = request.headers.has("authorization") || request.headers.has("proxy-authorization");
  const refused = isOurNonce ? "refused-credentials" : "refused-old-credentials";
  switch (response.status) {
    case 401:
    case 407:
      if (!hasCredentials) return "challenged";
      return isStale(response) ? null : refused;
    case 403:
      return hasCredentials ? refused : "unknown-user";
    case 404:
    case 604:
      // A wrong number dialled by somebody whose credentials were taken is no offence.
      return hasCredentials && request.method !== "REGISTER" ? null : "unknown-user";
    default:
      return null;
  }
}

/** The credentials were good, but too old (RFC 7616 §3.3): every phone's next request after a pause. */
function isStale({ headers }: SipResponse): boolean {
  const challenges = [...headers.lines("www-authenticate"), ...headers.lines("proxy-authenticate")];
  return challenges.some((challenge) => /(?:^|[\s,])stale\s*=\s*"?true/i.test(challenge));
}
