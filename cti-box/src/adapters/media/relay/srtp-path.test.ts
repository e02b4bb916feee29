/** SRTP of a leg against an implementation of its own (srtp-envelope.ts): the count of turns, packets that come twice, new keys. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SrtpEnvelope } from "../../../../testing/media-peers/srtp-envelope.ts";
import { CRYPTO_SUITES, KEY_LENGTHS, type CryptoSuite } from "../sdp/crypto-line.ts";
import { writeRtpPacket, type RtpPacket } from "./rtp-packet.ts";
import { SrtpPath } from "./srtp-path.ts";

const newKey = (suite: CryptoSuite): string => randomBytes(KEY_LENGTHS[suite]).toString("base64");
const packet = (sequenceNumber: number): RtpPacket => ({
  payloadType: 8,
  sequenceNumber: sequenceNumber & 0xffff,
  timestamp: sequenceNumber * 160,
  ssrc: 7,
  marker: false,
  payload: Buffer.from(`packet ${sequenceNumber}`),
});

describe.each(CRYPTO_SUITES)("%s", (suite) => {
  const keys = { suite, own: newKey(suite), far: newKey(suite) };
  const far = (): SrtpEnvelope => new SrtpEnvelope(suite, keys.far);

  it("is read by others, and reads what others wrote, over turns of the sequence number", () => {
    const path = new SrtpPath(keys);
    const [theirs, reader] = [far(), new SrtpEnvelope(suite, keys.own)];
    for (let sequence = 65_000; sequence < 2 * 65_536 + 500; sequence += 37) {
      const one = packet(sequence);
      expect(path.open(theirs.seal(writeRtpPacket(one)))).toEqual(one);
      expect(reader.open(path.seal(one))).toEqual(writeRtpPacket(one));
    }
  });

  it("goes on after a pause in which the sequence number turned", () => {
    const path = new SrtpPath(keys);
    const theirs = far();
    const sealed = [60_000, 65_535, 65_536 + 20_000].map((sequence) => theirs.seal(writeRtpPacket(packet(sequence))));
    expect(path.open(sealed[0] ?? Buffer.alloc(0))).not.toBeNull();
    expect(path.open(sealed[2] ?? Buffer.alloc(0))).toEqual(packet(65_536 + 20_000));
  });

  it("finds the count of a far end that has talked for hours elsewhere, by its first packet, and only by that", () => {
    const path = new SrtpPath(keys);
    const theirs = new SrtpEnvelope(suite, keys.far, 12);
    for (let sequence = 65_000; sequence < 65_536 + 500; sequence += 37) {
      const one = packet(sequence);
      expect(path.open(theirs.seal(writeRtpPacket(one)))).toEqual(one);
    }
    const other = { ...packet(1000), ssrc: 8 };
    expect(path.open(new SrtpEnvelope(suite, keys.far, 12).seal(writeRtpPacket(other)))).toBeNull();
    expect(path.open(far().seal(writeRtpPacket(other)))).toEqual(other);
  });

  it("takes packets out of order, each once, and none that are far behind", () => {
    const path = new SrtpPath(keys);
    const theirs = far();
    const sealed = new Map(
      [1000, 1001, 1002, 1003, 1200].map((one) => [one, theirs.seal(writeRtpPacket(packet(one)))]),
    );
    const opens = (sequence: number): boolean => path.open(sealed.get(sequence) ?? Buffer.alloc(0)) !== null;
    expect([1000, 1002, 1001, 1002, 1000].map(opens)).toEqual([true, true, true, false, false]);
    expect([1200, 1003].map(opens)).toEqual([true, false]);
  });

  it("believes nothing that was changed, and is not brought out of step by it", () => {
    const path = new SrtpPath(keys);
    const theirs = far();
    const good = theirs.seal(writeRtpPacket(packet(1000)));
    for (let place = 0; place < good.length; place += 1) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(place) ^ 0x10, place);
      expect(path.open(bad)).toBeNull();
    }
    for (let length = 0; length < good.length; length += 1) expect(path.open(good.subarray(0, length))).toBeNull();
    expect(path.open(good)).toEqual(packet(1000));
  });

  it("with another key of the far end its own direction goes on, and the other way round", () => {
    const path = new SrtpPath(keys);
    const reader = new SrtpEnvelope(suite, keys.own);
    const theirs = far();
    for (const sequence of [65_535, 65_536]) {
      path.open(theirs.seal(writeRtpPacket(packet(sequence))));
      reader.open(path.seal(packet(sequence)));
    }
    const next = { ...keys, far: newKey(suite) };
    path.rekey(next);
    expect(path.open(theirs.seal(writeRtpPacket(packet(65_537))))).toBeNull();
    expect(path.open(new SrtpEnvelope(suite, next.far).seal(writeRtpPacket(packet(5))))).toEqual(packet(5));
    expect(reader.open(path.seal(packet(65_537)))).toEqual(writeRtpPacket(packet(65_537)));
  });
});
