/** The box's signing key for operators' tokens (ES256): made once, kept in the data directory, readable by its owner only. */
import { randomUUID, type webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
    writeFileSync(file, JSON.stringify(jwk), { mode: 0o600, flag: "wx" });
  }
  const jwk = JSON.parse(readFileSync(file, "utf8")) as JWK & { kid?: string };
  const privateKey = await importJWK(jwk, "ES256");
  if (!(privateKey instanceof CryptoKey) || jwk.kid === undefined) throw new Error(`${file} holds no ES256 key`);
  const { kty, crv, x, y, kid } = jwk;
  return { keyId: kid, privateKey, publicJwk: { kty, crv, x, y, kid, alg: "ES256", use: "sig" } as JWK };
}
