/** Proof that a request comes from one of the office's accounts (RFC 3261 §22). */
import { challengeOf, proves, readCredentials } from "../headers/digest.ts";
import type { SipRequest, SipResponse } from "../drachtio.ts";
import type { Nonces } from "./nonces.ts";
import type { OfferedAlgorithms } from "./offered-algorithms.ts";
import type { SipAccount } from "../../../application/ports.ts";

export type AuthenticationParts = {
  realm: string;
  nonces: Nonces;
  algorithms: OfferedAlgorithms;
  findAccount(authorizationUser: string): SipAccount | null;
};

export type Authentication =
  | { kind: "account"; account: SipAccount }
  | { kind: "challenge"; isStale: boolean }
  /** Credentials were given and are wrong. */
  | { kind: "refused"; username: string; why: "unknown account" | "wrong password" | "other realm" };

/** `401` asks with WWW-Authenticate, `407` with Proxy-Authenticate (RFC 3261 §22.2, §22.3). */
export type ChallengeStatus = 401 | 407;

export function authenticate(parts: AuthenticationParts, request: SipRequest, status: ChallengeStatus): Authentication {
  const header = request.get(status === 401 ? "authorization" : "proxy-authorization");
  const credentials = header === undefined ? null : readCredentials(header);
  if (credentials === null) return { kind: "challenge", isStale: false };
  parts.algorithms.understood(request);
  const { username, nonce, nc } = credentials;
  if (credentials.realm !== parts.realm) return { kind: "refused", username, why: "other realm" };
  if (parts.nonces.judge(nonce) === "stale") return { kind: "challenge", isStale: true };
  const account = parts.findAccount(username);
  if (account === null) return { kind: "refused", username, why: "unknown account" };
  if (!proves(credentials, { method: request.method, password: account.password })) {
    return { kind: "refused", username, why: "wrong password" };
  }
  // A replay, or a phone that sends its last credentials again (sip.js does): a fresh nonce tells them apart.
  if (!parts.nonces.use(nonce, nc)) return { kind: "challenge", isStale: true };
  return { kind: "account", account };
}

/** Sends the challenge. */
export function challenge(parts: AuthenticationParts, { request, response, status, isStale }: ChallengeOrder): void {
  const nonce = parts.nonces.issue();
  const challenges = parts.algorithms
    .for(request)
    .map((algorithm) => challengeOf(parts.realm, nonce, { algorithm, isStale }));
  // drachtio-srf joins repeated headers with a comma, which RFC 3261 §20.44 forbids for challenges; a parsed list goes out line by line.
  response.msg.headers[status === 401 ? "www-authenticate" : "proxy-authenticate"] = { parsed: challenges };
  response.send(status);
}

export type ChallengeOrder = {
  request: SipRequest;
  response: SipResponse;
  status: ChallengeStatus;
  isStale: boolean;
};
