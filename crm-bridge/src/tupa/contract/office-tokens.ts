/**
 * Who calls whom: short-lived JWS tokens signed by each office (in the way of ModI ID_AUTH_REST_02): ES256 only, `iss` and `sub` the office, `aud` the
 * receiver, `jti` used once, at most two minutes. The key decides who somebody is, never the body.
 */
import { randomUUID, type webcrypto } from "node:crypto";
import { decodeJwt, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type JWK } from "jose";

export const hubName = "tupa-hub";
const lifeSeconds = 60;
const longestLifeSeconds = 120;
const skewSeconds = 30;
const largestReplayCache = 200_000;

/** A key pair for an office or a hub, as JWKs. */
export async function createOfficeKeys(): Promise<{ privateKey: JWK; publicKey: JWK }> {
  const pair = await generateKeyPair("ES256", { extractable: true });
  return { privateKey: await exportJWK(pair.privateKey), publicKey: await exportJWK(pair.publicKey) };
}

export type TokenSource = (audience: string) => Promise<string>;

/** Signs a token per request. Throws when the key is no ES256 key. */
export async function tokenSource(name: string, privateKey: JWK): Promise<TokenSource> {
  const key = (await importJWK(privateKey, "ES256")) as webcrypto.CryptoKey;
  return (audience) =>
    new SignJWT({})
      .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: name })
      .setIssuer(name)
      .setSubject(name)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .setJti(randomUUID())
      .sign(key);
}

/** Name of the caller, or null: one answer for every kind of fault. */
export type TokenCheck = (authorization: string | undefined) => Promise<string | null>;

/** Checks tokens of the given callers for one audience; a token counts once. */
export function tokenCheck(audience: string, keys: ReadonlyMap<string, JWK>): TokenCheck {
  const seen = new Map<string, number>();
  return async (authorization) => {
    const token = /^Bearer ([\x21-\x7e]{1,4096})$/.exec(authorization ?? "")?.[1];
    if (token === undefined) return null;
    try {
      const name = decodeJwt(token).iss ?? "";
      const jwk = keys.get(name);
      if (jwk === undefined) return null;
      const key = await importJWK(jwk, "ES256");
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["ES256"],
        audience,
        issuer: name,
        subject: name,
        clockTolerance: skewSeconds,
      });
      const { iat, exp, jti } = payload;
      if (iat === undefined || exp === undefined || jti === undefined || exp - iat > longestLifeSeconds) return null;
      return isNew(seen, `${name} ${jti}`, exp) ? name : null;
    } catch {
      return null;
    }
  };
}

function isNew(seen: Map<string, number>, id: string, exp: number): boolean {
  if (seen.has(id)) return false;
  const now = Date.now() / 1_000;
  if (seen.size >= largestReplayCache) for (const [old, until] of seen) if (until + skewSeconds < now) seen.delete(old);
  // Still full of live tokens: better to refuse than to forget one.
  if (seen.size >= largestReplayCache) return false;
  seen.set(id, exp);
  return true;
}
