/**
 * Payloads with redundancy (RFC 2198) as text uses them (RFC 4103 §4.2): what earlier packets carried, oldest first and without gaps, then what is new. The sequence
 * number of an earlier block is found by counting backwards.
 */
export type RedBlock = {
  payloadType: number;
  /** Milliseconds between the block and the packet's own time, 0 … 16383. */
  ageMs: number;
  /** At most 1023 bytes. */
  bytes: Buffer;
};
export type RedPayload = { earlier: readonly RedBlock[]; payloadType: number; bytes: Buffer };

export const MAX_AGE_MS = 0x3fff;
const MAX_EARLIER = 8;
const MAX_BLOCK_BYTES = 0x3ff;
const MORE_BLOCKS = 0x80;

/** The blocks, or null where these bytes are no such payload. */
export function readRedPayload(payload: Buffer): RedPayload | null {
  const headers: { payloadType: number; ageMs: number; length: number }[] = [];
  let at = 0;
  while (at < payload.length && (payload.readUInt8(at) & MORE_BLOCKS) !== 0) {
    if (headers.length === MAX_EARLIER || payload.length < at + 4) return null;
    const word = payload.readUInt32BE(at);
    headers.push({
      payloadType: (word >>> 24) & 0x7f,
      ageMs: (word >>> 10) & MAX_AGE_MS,
      length: word & MAX_BLOCK_BYTES,
    });
    at += 4;
  }
  if (at >= payload.length) return null;
  const payloadType = payload.readUInt8(at);
  at += 1;
  const earlier: RedBlock[] = [];
  for (const { length, ...header } of headers) {
    if (at + length > payload.length) return null;
    earlier.push({ ...header, bytes: payload.subarray(at, at + length) });
    at += length;
  }
  return { earlier, payloadType, bytes: payload.subarray(at) };
}

export function writeRedPayload({ earlier, payloadType, bytes }: RedPayload): Buffer {
  const headers = Buffer.alloc(earlier.length * 4 + 1);
  for (const [index, block] of earlier.entries()) {
    const first = MORE_BLOCKS | block.payloadType;
    headers.writeUInt32BE(first * 2 ** 24 + ((block.ageMs << 10) | block.bytes.length), index * 4);
  }
  headers.writeUInt8(payloadType, earlier.length * 4);
  return Buffer.concat([headers, ...earlier.map((block) => block.bytes), bytes]);
}
