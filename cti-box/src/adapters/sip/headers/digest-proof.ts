/** Proof of a password for a carrier that asks for it (RFC 7616, RFC 8760; RFC 2617 and 2069 for older ones). */
import { createHash, randomBytes } from "node:crypto";

export type Password = { username: string; password: string };
type Challenge = { realm: string; nonce: string; opaque: string | null; algorithm: string; qop: string | null };

const hashes: Readonly<Record<string, string>> = { MD5: "md5", "SHA-256": "sha256" };

/**
 * Value of Authorization or Proxy-Authorization. Of several challenges the first that can be answered: the carrier puts the one that it likes best on top.
 * Null: none can, because the algorithm is not known.
 */
export function digestProof(
  challenges: string,
  request: Password & { method: string; uri: string; cnonce?: string },
): string | null {
  const challenge = readChallenges(challenges).find(({ algorithm }) => algorithm in hashes);
  return challenge === undefined ? null : answer(challenge, request);
}

/** Several header lines arrive as one, joined with commas. */
function readChallenges(header: string): Challenge[] {
  return header
    .split(/(?:^|,)\s*digest\s+/i)
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const found = new Map<string, string>();
      for (const match of part.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi))
        found.set((match[1] ?? "").toLowerCase(), match[2]?.replaceAll(/\\(.)/g, "$1") ?? match[3] ?? "");
      const offered = found
        .get("qop")
        ?.split(",")
        .map((each) => each.trim().toLowerCase());
      return {
        realm: found.get("realm") ?? "",
        nonce: found.get("nonce") ?? "",
        opaque: found.get("opaque") ?? null,
        algorithm: (found.get("algorithm") ?? "MD5").toUpperCase(),
        qop: offered?.includes("auth") === true ? "auth" : null,
      };
    });
}

function answer(challenge: Challenge, request: Password & { method: string; uri: string; cnonce?: string }): string {
  const { realm, nonce, opaque, algorithm, qop } = challenge;
  const { username, password, method, uri, cnonce = randomBytes(9).toString("base64url") } = request;
  const hash = (text: string): string =>
    createHash(hashes[algorithm] ?? "md5")
      .update(text)
      .digest("hex");
  const secret = hash(`${username}:${realm}:${password}`);
  const asked = hash(`${method}:${uri}`);
  const nc = "00000001";
  const response =
    qop === null ? hash(`${secret}:${nonce}:${asked}`) : hash(`${secret}:${nonce}:${nc}:${cnonce}:${qop}:${asked}`);
  const quoted = { username, realm, nonce, uri, response, ...(opaque !== null && { opaque }) };
  return [
    ...Object.entries(quoted).map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, "\\$&")}"`),
    `algorithm=${algorithm}`,
    ...(qop === null ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`]),
  ].reduce((all, part, index) => (index === 0 ? `Digest ${part}` : `${all}, ${part}`), "");
}
