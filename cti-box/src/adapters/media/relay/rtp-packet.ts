/** RTP packets (RFC 3550 §5.1), bounds checked on the way in, plain twelve-byte header on the way out. */
export type RtpPacket = {
  payloadType: number;
  /** 0 … 65535 */
  sequenceNumber: number;
  /** 0 … 2^32-1 */
  timestamp: number;
  ssrc: number;
  marker: boolean;
  payload: Buffer;
};

const HEADER_LENGTH = 12;

/** RTP version 2, and not RTCP on the same port, STUN, or noise. */
export function isRtp(bytes: Buffer): boolean {
  return bytes.length >= HEADER_LENGTH && bytes.readUInt8(0) >> 6 === 2 && !isRtcpType(bytes.readUInt8(1));
}

/** What can be read of a packet before it is deciphered. */
export function sourceOf(rtp: Buffer): Pick<RtpPacket, "ssrc" | "sequenceNumber"> {
  return { sequenceNumber: rtp.readUInt16BE(2), ssrc: rtp.readUInt32BE(8) };
}

/** The packet, or null if these bytes are none. */
export function readRtpPacket(bytes: Buffer): RtpPacket | null {
  if (!isRtp(bytes)) return null;
  const second = bytes.readUInt8(1);
  const first = bytes.readUInt8(0);
  let start = HEADER_LENGTH + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (bytes.length < start + 4) return null;
    start += 4 + bytes.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : bytes.readUInt8(bytes.length - 1);
  const end = bytes.length - padding;
  if (end < start) return null;
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    ...sourceOf(bytes),
    timestamp: bytes.readUInt32BE(4),
    payload: bytes.subarray(start, end),
  };
}

export function writeRtpPacket(packet: RtpPacket): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_LENGTH + packet.payload.length);
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8((packet.marker ? 0x80 : 0) | packet.payloadType, 1);
  bytes.writeUInt16BE(packet.sequenceNumber, 2);
  bytes.writeUInt32BE(packet.timestamp, 4);
  bytes.writeUInt32BE(packet.ssrc, 8);
  packet.payload.copy(bytes, HEADER_LENGTH);
  return bytes;
}

/** Where RTP and RTCP share a port, the second byte tells them apart (RFC 5761 §4). */
function isRtcpType(second: number): boolean {
  return second >= 192 && second <= 223;
}
