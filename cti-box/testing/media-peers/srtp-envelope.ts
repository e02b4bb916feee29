/**
 * SRTP by the book (RFC 3711, RFC 7714) for one direction, so that a far end of the tests enciphers by itself: written for these tests from the RFCs with node:crypto,
 * without anything of the code under test or its library.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";

export type EnvelopeSuite = "AES_CM_128_HMAC_SHA1_80" | "AEAD_AES_128_GCM";

const HEADER = 12;

export class SrtpEnvelope {
  private readonly suite: EnvelopeSuite;
  private readonly cipherKey: Buffer;
  private readonly salt: Buffer;
  private readonly authKey: Buffer;
  /** By SSRC: turns of the sequence number so far (RFC 3711 §3.3.1), followed from packet to packet. */
  private readonly sources = new Map<number, { turns: number; last: number }>();
  /** Turns that every source had before the first packet here, as in a call that has lasted. */
  private readonly turnsBefore: number;

  /** `key`: base64 of master key and salt, as `inline:` has it. */
  constructor(suite: EnvelopeSuite, key: string, turnsBefore = 0) {
    this.suite = suite;
    this.turnsBefore = turnsBefore;
    const master = Buffer.from(key, "base64");
    const masterKey = master.subarray(0, 16);
    // RFC 7714 §11: the salt of 96 bits stands in the upper part of the 112 bits.
    const masterSalt = Buffer.concat([master.subarray(16), Buffer.alloc(14)]).subarray(0, 14);
    this.cipherKey = derived({ masterKey, masterSalt, label: 0, length: 16 });
    this.authKey = derived({ masterKey, masterSalt, label: 1, length: 20 });
    this.salt = derived({ masterKey, masterSalt, label: 2, length: 14 });
  }

  /** An RTP packet without CSRCs and extensions. */
  seal(packet: Buffer): Buffer {
    const [header, payload] = [packet.subarray(0, HEADER), packet.subarray(HEADER)];
    const turns = this.turnsAt(header);
    if (this.suite === "AEAD_AES_128_GCM") {
      const cipher = createCipheriv("aes-128-gcm", this.cipherKey, this.gcmVector(header, turns));
      cipher.setAAD(header);
      return Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
    }
    const cipher = createCipheriv("aes-128-ctr", this.cipherKey, this.counterBlock(header, turns));
    const sealed = Buffer.concat([header, cipher.update(payload)]);
    return Buffer.concat([sealed, this.tagOf(sealed, turns)]);
  }

  /** Null: not authentic. */
  open(packet: Buffer): Buffer | null {
    if (packet.length < HEADER + (this.suite === "AEAD_AES_128_GCM" ? 16 : 10)) return null;
    const header = packet.subarray(0, HEADER);
    const turns = this.turnsAt(header);
    if (this.suite === "AEAD_AES_128_GCM") {
      const decipher = createDecipheriv("aes-128-gcm", this.cipherKey, this.gcmVector(header, turns));
      decipher.setAAD(header);
      decipher.setAuthTag(packet.subarray(-16));
      try {
        return Buffer.concat([header, decipher.update(packet.subarray(HEADER, -16)), decipher.final()]);
      } catch {
        return null;
      }
    }
    const sealed = packet.subarray(0, -10);
    if (!timingSafeEqual(this.tagOf(sealed, turns), packet.subarray(-10))) return null;
    const decipher = createDecipheriv("aes-128-ctr", this.cipherKey, this.counterBlock(header, turns));
    return Buffer.concat([header, decipher.update(sealed.subarray(HEADER))]);
  }

  private turnsAt(header: Buffer): number {
    const [sequence, ssrc] = [header.readUInt16BE(2), header.readUInt32BE(8)];
    const before = this.sources.get(ssrc) ?? { turns: this.turnsBefore, last: sequence };
    const turns = before.last - sequence > 0x8000 ? before.turns + 1 : before.turns;
    this.sources.set(ssrc, { turns, last: sequence });
    return turns;
  }

  /** RFC 3711 §4.1.1: salt, SSRC and index, the block count last. */
  private counterBlock(header: Buffer, turns: number): Buffer {
    const block = Buffer.concat([this.salt, Buffer.alloc(2)]);
    const place = Buffer.alloc(16);
    header.copy(place, 4, 8, 12);
    place.writeUInt32BE(turns, 8);
    header.copy(place, 12, 2, 4);
    return xor(block, place);
  }

  /** RFC 7714 §8.1. */
  private gcmVector(header: Buffer, turns: number): Buffer {
    const place = Buffer.alloc(12);
    header.copy(place, 2, 8, 12);
    place.writeUInt32BE(turns, 6);
    header.copy(place, 10, 2, 4);
    return xor(this.salt.subarray(0, 12), place);
  }

  private tagOf(sealed: Buffer, turns: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(turns);
    return createHmac("sha1", this.authKey).update(sealed).update(count).digest().subarray(0, 10);
  }
}

/** RFC 3711 §4.3.3, with a key derivation rate of zero: AES in counter mode over zeros. */
function derived(order: { masterKey: Buffer; masterSalt: Buffer; label: number; length: number }): Buffer {
  const block = Buffer.concat([order.masterSalt, Buffer.alloc(2)]);
  block.writeUInt8(block.readUInt8(7) ^ order.label, 7);
  return createCipheriv("aes-128-ctr", order.masterKey, block).update(Buffer.alloc(order.length));
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}
