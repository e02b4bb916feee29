/** Strict reader of HEP3 packets, written from the protocol's description and not from our writer: whatever is odd throws. */

export type HepPacket = {
  family: number;
  protocol: number;
  source: string;
  destination: string;
  atUs: number;
  protocolType: number;
  captureId: number;
  authKey: string | null;
  correlationId: string | null;
  nodeName: string | null;
  payload: string;
};

const lengths = new Map([
  [0x01, 1],
  [0x02, 1],
  [0x03, 4],
  [0x04, 4],
  [0x05, 16],
  [0x06, 16],
  [0x07, 2],
  [0x08, 2],
  [0x09, 4],
  [0x0a, 4],
  [0x0b, 1],
  [0x0c, 4],
]);
const texts = new Set([0x0e, 0x0f, 0x11, 0x13]);

/** Length of the packet that begins here, by its own word; null while its head is not whole. */
export function lengthOfPacket(bytes: Buffer): number | null {
  return bytes.length < 6 ? null : bytes.readUInt16BE(4);
}

export function decodeHep(bytes: Buffer): HepPacket {
  if (bytes.toString("latin1", 0, 4) !== "HEP3") throw new Error("does not begin with HEP3");
  if (bytes.readUInt16BE(4) !== bytes.length)
    throw new Error(`says ${bytes.readUInt16BE(4)} bytes, has ${bytes.length}`);
  const chunks = chunksOf(bytes);
  const value = (type: number): Buffer => {
    const found = chunks.get(type);
    if (found === undefined) throw new Error(`chunk ${type} is missing`);
    return found;
  };
  const text = (type: number): string | null => chunks.get(type)?.toString("utf8") ?? null;
  const isV6 = value(0x01).readUInt8() === 10;
  if (!isV6 && value(0x01).readUInt8() !== 2) throw new Error("neither IPv4 nor IPv6");
  if (chunks.has(isV6 ? 0x03 : 0x05) || chunks.has(isV6 ? 0x04 : 0x06)) throw new Error("addresses of two families");
  const microseconds = value(0x0a).readUInt32BE();
  if (microseconds > 999_999) throw new Error("more than a second of microseconds");
  return {
    family: value(0x01).readUInt8(),
    protocol: value(0x02).readUInt8(),
    source: placeOf(value(isV6 ? 0x05 : 0x03), value(0x07)),
    destination: placeOf(value(isV6 ? 0x06 : 0x04), value(0x08)),
    atUs: value(0x09).readUInt32BE() * 1_000_000 + microseconds,
    protocolType: value(0x0b).readUInt8(),
    captureId: value(0x0c).readUInt32BE(),
    authKey: text(0x0e),
    correlationId: text(0x11),
    nodeName: text(0x13),
    payload: value(0x0f).toString("utf8"),
  };
}

function chunksOf(bytes: Buffer): Map<number, Buffer> {
  const chunks = new Map<number, Buffer>();
  let at = 6;
  while (at < bytes.length) {
    if (bytes.length - at < 6) throw new Error("half a chunk at the end");
    const [vendor, type, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2), bytes.readUInt16BE(at + 4)];
    if (vendor !== 0) throw new Error(`vendor ${vendor}`);
    if (length < 7 || at + length > bytes.length) throw new Error(`chunk ${type} says ${length} bytes`);
    const value = bytes.subarray(at + 6, at + length);
    if (!texts.has(type) && lengths.get(type) !== value.length)
      throw new Error(`chunk ${type} of ${value.length} bytes`);
    if (chunks.has(type)) throw new Error(`chunk ${type} twice`);
    chunks.set(type, value);
    at += length;
  }
  return chunks;
}

function placeOf(address: Buffer, port: Buffer): string {
  if (address.length === 4) return `${[...address].join(".")}:${port.readUInt16BE()}`;
  const groups = Array.from({ length: 8 }, (_each, index) => address.readUInt16BE(index * 2).toString(16));
  return `[${groups.join(":")}]:${port.readUInt16BE()}`;
}
