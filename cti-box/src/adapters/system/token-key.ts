/** The box's signing key for operators' tokens (ES256): made once, kept in the data directory, readable by its owner only. */
import { randomUUID, type webcrypto } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, importJWK, type JWK } from "jose";

export type TokenKey = { keyId: string; privateKey: webcrypto.CryptoKey; publicJwk: JWK };

/** Reads the key or makes one. Throws when the directory cannot be written or the file is damaged. */
export async function openTokenKey(dataDirectory: string): Promise<TokenKey> {
  const file = join(dataDirectory, "token-key.jwk");
  mkdirSync(dataDirectory, { recursive: true });
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: "ES256", use: "sig" };
    // Written whole under another name first: a box that is killed here leaves no half key behind.
    writeFileSync(`${file}.new`, JSON.stringify(jwk), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  // A copy or a backup may have opened it to others.
  chmodSync(file, 0o600);
  const { jwk, privateKey } = await readKey(file);
  const { kty, crv, x, y, kid } = jwk;
  return { keyId: kid, privateKey, publicJwk: { kty, crv, x, y, kid, alg: "ES256", use: "sig" } as JWK };
}

async function readKey(file: string): Promise<{ jwk: JWK & { kid: string }; privateKey: webcrypto.CryptoKey }> {
  const text = readFileSync(file, "utf8");
  try {
    const jwk = JSON.parse(text) as JWK & { kid?: string };
    const privateKey = await importJWK(jwk, "ES256");
    if (privateKey instanceof CryptoKey && privateKey.type === "private" && jwk.kid !== undefined)
      return { jwk: { ...jwk, kid: jwk.kid }, privateKey };
  } catch {
    // Told below: the parser's own words could quote the key.
  }
  throw new Error(`${file} holds no ES256 key; remove it and operators sign in again with a new one`);
}
