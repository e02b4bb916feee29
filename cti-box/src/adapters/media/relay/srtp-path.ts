/**
 * SRTP (RFC 3711) of one leg: what leaves is enciphered with our key, what comes is believed only if it was with the far end's. werift does the ciphers; the
 * counting of turns is ours, because its own loses a stream that pauses over the turn of its sequence numbers, and it takes packets twice.
 */
import { ProtectionProfileAeadAes128Gcm, ProtectionProfileAes128CmHmacSha1_80, RtpHeader, SrtpSession } from "werift";
import { KEY_LENGTHS, type CryptoSuite } from "../sdp/crypto-line.ts";
import { indexOf, SeenIndices } from "./packet-index.ts";
import { isRtp, readRtpPacket, sourceOf, type RtpPacket } from "./rtp-packet.ts";

/** Master keys and salts, base64. */
export type SrtpKeys = { suite: CryptoSuite; own: string; far: string };

type Cipher = SrtpSession["localContext"]["cipher"];

const PROFILES = {
  AES_CM_128_HMAC_SHA1_80: ProtectionProfileAes128CmHmacSha1_80,
  AEAD_AES_128_GCM: ProtectionProfileAeadAes128Gcm,
} as const;
const MASTER_KEY_LENGTH = 16;
/** A far end has one source at a time; who changes it more often than this is no telephone. */
const MAX_SOURCES = 64;
/**
 * A far end whose call was at an rtpengine before keeps its key, and counts on from where nobody here has followed it (RFC 3711 §3.3.1: who joins later has to be told the turns, and descriptions
 * do not tell them). So many turns are tried on the first packets: a day at 50 packets a second.
 */
const MOST_TURNS_BEFORE = 66;

export class SrtpPath {
  private keys: SrtpKeys;
  private outgoing: Cipher;
  private incoming: Cipher;
  private highestSent: number | null = null;
  private seen = new Map<number, SeenIndices>();

  constructor(keys: SrtpKeys) {
    this.keys = keys;
    this.outgoing = cipherOf(keys.suite, keys.own);
    this.incoming = cipherOf(keys.suite, keys.far);
  }

  /** A direction whose key stays goes on; one with another key begins to count anew (RFC 4568 §7.1.4). */
  rekey(keys: SrtpKeys): void {
    const { suite, own, far } = this.keys;
    if (keys.suite !== suite || keys.own !== own) {
      this.outgoing = cipherOf(keys.suite, keys.own);
      this.highestSent = null;
    }
    if (keys.suite !== suite || keys.far !== far) {
      this.incoming = cipherOf(keys.suite, keys.far);
      this.seen = new Map();
    }
    this.keys = keys;
  }

  seal({ payload, ...header }: RtpPacket): Buffer {
    const index = indexOf(header.sequenceNumber, this.highestSent);
    this.highestSent = Math.max(index, this.highestSent ?? 0);
    return this.outgoing.encryptRtp(new RtpHeader(header), payload, turnsOf(index));
  }

  /** Null: not enciphered with the far end's key, changed on its way, or taken before. */
  open(bytes: Buffer): RtpPacket | null {
    if (!isRtp(bytes)) return null;
    const { ssrc, sequenceNumber } = sourceOf(bytes);
    const seen = this.seen.get(ssrc) ?? new SeenIndices();
    const next = indexOf(sequenceNumber, seen.highest);
    if (!seen.isNew(next)) return null;
    // Nothing has been opened with this key yet: nobody knows where the far end's count stands.
    const last = this.seen.size === 0 ? next + MOST_TURNS_BEFORE * 65_536 : next;
    for (let index = next; index <= last; index += 65_536) {
      const plain = this.decrypted(bytes, turnsOf(index));
      if (plain === null) continue;
      seen.take(index);
      if (this.seen.size < MAX_SOURCES) this.seen.set(ssrc, seen);
      return readRtpPacket(plain);
    }
    return null;
  }

  private decrypted(bytes: Buffer, turns: number): Buffer | null {
    try {
      return this.incoming.decryptRtp(bytes, turns)[0];
    } catch {
      // Whoever can send datagrams here can send such ones; there is nothing to learn from them.
      return null;
    }
  }
}

function turnsOf(index: number): number {
  return Math.floor(index / 65_536) >>> 0;
}

/** A session of werift has two directions; one is taken of each. */
function cipherOf(suite: CryptoSuite, key: string): Cipher {
  const bytes = Buffer.from(key, "base64");
  const [masterKey, masterSalt] = [
    bytes.subarray(0, MASTER_KEY_LENGTH),
    bytes.subarray(MASTER_KEY_LENGTH, KEY_LENGTHS[suite]),
  ];
  const keys = {
    localMasterKey: masterKey,
    localMasterSalt: masterSalt,
    remoteMasterKey: masterKey,
    remoteMasterSalt: masterSalt,
  };
  return new SrtpSession({ keys, profile: PROFILES[suite] }).localContext.cipher;
}
