/**
 * Keys of SRTP in a session description (RFC 4568 §4): `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:…`. Read strictly: a line that wants anything which we would
 * not do (key identifiers, several keys, parameters of the session) counts as one that we do not know; the far end has others, or is refused.
 */
import { z } from "zod";

/**
 * In the order in which we offer them: first what every carrier has (RFC 4568 §6.2.1), then what is stronger and rarer (RFC 7714). Tags of 32 bits
 * (…_SHA1_32) are left out: the embedded relay's library has none, and nobody who has them lacks the longer ones.
 */
export const CRYPTO_SUITES = ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM"] as const;
export type CryptoSuite = (typeof CRYPTO_SUITES)[number];

export type CryptoLine = {
  /** Names the line within its offer; the answer repeats it. */
  tag: number;
  suite: CryptoSuite;
  /** Master key and salt, base64. */
  key: string;
};

/** Bytes of master key and salt together. */
export const KEY_LENGTHS: { readonly [suite in CryptoSuite]: number } = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AEAD_AES_128_GCM: 28,
};

const line = z.object({
  id: z.int().min(0).max(999_999_999),
  suite: z.enum(CRYPTO_SUITES),
  /** One key, with a lifetime or without: no call of ours lasts as long as any of them. */
  config: z.string().regex(/^inline:[A-Za-z0-9+/]{36,44}={0,2}(\|(2\^)?\d{1,15})?$/),
  sessionConfig: z.undefined().optional(),
});

/** Those of the lines that we can act on, in the far end's order. */
export function readCryptoLines(lines: readonly unknown[]): CryptoLine[] {
  return lines.flatMap((each) => {
    const read = line.safeParse(each);
    if (!read.success) return [];
    const { id, suite, config } = read.data;
    const key = Buffer.from(/^inline:([^|]*)/.exec(config)?.[1] ?? "", "base64");
    return key.length === KEY_LENGTHS[suite] ? [{ tag: id, suite, key: key.toString("base64") }] : [];
  });
}

export function writeCryptoLine({ tag, suite, key }: CryptoLine): string {
  return `a=crypto:${tag} ${suite} inline:${key}`;
}
