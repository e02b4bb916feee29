/** Digest access authentication (RFC 7616, RFC 8760): challenge, credentials, and the response a password gives. */
import { createHash, timingSafeEqual } from "node:crypto";

export type DigestAlgorithm = "MD5" | "SHA-256";

export type DigestCredentials = {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  response: string;
  algorithm: DigestAlgorithm;
  cnonce: string;
  /** Nonce count, from 1. */
  nc: number;
};

/** Challenge as `drachtio-srf` writes it: parameters already quoted. */
export function challengeOf(
  realm: string,
  nonce: string,
  options: { algorithm: DigestAlgorithm; isStale: boolean },
): Record<string, string> {
  return {
    scheme: "Digest",
    realm: `"${realm}"`,
    nonce: `"${nonce}"`,
    ...(options.isStale ? { stale: "true" } : {}),
    algorithm: options.algorithm,
    qop: '"auth"',
  };
}

/** Reads an Authorization value. Null unless it is complete Digest credentials with `qop=auth` for an algorithm that we offer. */
export function readCredentials(header: string): DigestCredentials | null {
  if (header.length > 2048 || !/^\s*digest\s/i.test(header)) return null;
  const found = new Map<string, string>();
  for (const match of header.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
    found.set((match[1] ?? "").toLowerCase(), match[2]?.replaceAll(/\\(.)/g, "$1") ?? match[3] ?? "");
  }
  const algorithm = (found.get("algorithm") ?? "MD5").toUpperCase();
  const nc = /^[0-9a-f]{8}$/i.test(found.get("nc") ?? "") ? Number.parseInt(found.get("nc") ?? "", 16) : 0;
  const field = (name: string): string => found.get(name) ?? "";
  const isComplete = ["username", "realm", "nonce", "uri", "response", "cnonce"].every((name) => field(name) !== "");
  if (!isComplete || nc === 0 || field("qop") !== "auth") return null;
  if (algorithm !== "MD5" && algorithm !== "SHA-256") return null;
  return {
    username: field("username"),
    realm: field("realm"),
    nonce: field("nonce"),
    uri: field("uri"),
    response: field("response").toLowerCase(),
    algorithm,
    cnonce: field("cnonce"),
    nc,
  };
}

/** Does the response prove the password? Takes the same time wherever it differs. */
export function proves(
  credentials: DigestCredentials,
  { method, password }: { method: string; password: string },
): boolean {
  const { username, realm, nonce, uri, cnonce, nc, algorithm } = credentials;
  const hash = (text: string): string =>
    createHash(algorithm === "MD5" ? "md5" : "sha256")
      .update(text)
      .digest("hex");
  const secret = hash(`${username}:${realm}:${password}`);
  const request = hash(`${method}:${uri}`);
  const count = nc.toString(16).padStart(8, "0");
  const expected = Buffer.from(hash(`${secret}:${nonce}:${count}:${cnonce}:auth:${request}`));
  const given = Buffer.from(credentials.response);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
