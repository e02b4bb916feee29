/** What a leg of the relay enciphers with: one key a suite, made when it is first needed and kept from then on (RFC 4568 §7.1.4). */
import { randomBytes } from "node:crypto";
import { CRYPTO_SUITES, KEY_LENGTHS, type CryptoLine, type CryptoSuite } from "../sdp/crypto-line.ts";

export class OwnKeys {
  private readonly keys = new Map<CryptoSuite, string>();

  /** For an offer. */
  all(): CryptoLine[] {
    return CRYPTO_SUITES.map((suite) => this.line(suite));
  }

  line(suite: CryptoSuite): CryptoLine {
    const key = this.keys.get(suite) ?? randomBytes(KEY_LENGTHS[suite]).toString("base64");
    this.keys.set(suite, key);
    return { tag: CRYPTO_SUITES.indexOf(suite) + 1, suite, key };
  }

  /** From now on another one. */
  renew(suite: CryptoSuite): void {
    this.keys.delete(suite);
  }
}
