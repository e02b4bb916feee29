/**
 * A packet of the Homer Encapsulation Protocol, version 3 (HEP3 / EEP): `HEP3`, the length of all, then chunks of vendor (0), type, length
 * with these six bytes, and value; numbers in network order.
 */
import { isIPv4, isIPv6 } from "node:net";

export type CapturedMessage = {
  /** Microseconds since the epoch. */
  atUs: number;
  protocol: "udp" | "tcp";
  source: { address: string; port: number };
  destination: { address: string; port: number };
  /** Call-ID; empty: none. */
  correlationId: string;
  payload: Buffer;
};

/** What is the same in every packet of one sender. */
export type CaptureAgent = { captureId: number; authKey?: string | undefined; nodeName?: string | undefined };

const chunk = {
  ipFamily: 0x01,
  ipProtocol: 0x02,
  ipv4Source: 0x03,
  ipv4Destination: 0x04,
  ipv6Source: 0x05,
  ipv6Destination: 0x06,
  sourcePort: 0x07,
  destinationPort: 0x08,
  seconds: 0x09,
  microseconds: 0x0a,
  protocolType: 0x0b,
  captureId: 0x0c,
  authKey: 0x0e,
  payload: 0x0f,
  correlationId: 0x11,
  nodeName: 0x13,
} as const;

const family = { v4: 2, v6: 10 } as const;
const ipProtocols = { udp: 17, tcp: 6 } as const;
const sip = 1;
const chunkHead = 6;
/** The length of a packet is written in 16 bits. */
const largestPacket = 0xffff;

/** Writes packets; what they all have in common is made once. */
export class HepWriter {
  readonly #ending: Buffer;
  readonly #captureId: number;

  constructor({ captureId, authKey, nodeName }: CaptureAgent) {
    this.#captureId = captureId;
    const texts: [number, string | undefined][] = [
      [chunk.authKey, authKey],
      [chunk.nodeName, nodeName],
    ];
    this.#ending = Buffer.concat(
      texts.flatMap(([type, text]) => {
        if (text === undefined) return [];
        const head = Buffer.alloc(chunkHead);
        head.writeUInt16BE(type, 2);
        head.writeUInt16BE(chunkHead + Buffer.byteLength(text), 4);
        return [head, Buffer.from(text)];
      }),
    );
  }

  /** The packet; null when the message is too long for one (65,535 bytes with its chunks). */
  write(message: CapturedMessage): Buffer | null {
    const { payload, correlationId } = message;
    // An IPv4 peer of an IPv6 socket and the other way round do not occur; a name in place of our own address does.
    const isV6 = isIPv6(message.source.address) || isIPv6(message.destination.address);
    const addressBytes = isV6 ? 16 : 4;
    const correlation = Buffer.from(correlationId);
    const length =
      chunkHead +
      (chunkHead + 1) * 3 +
      (chunkHead + addressBytes) * 2 +
      (chunkHead + 2) * 2 +
      (chunkHead + 4) * 3 +
      (correlation.length === 0 ? 0 : chunkHead + correlation.length) +
      this.#ending.length +
      (chunkHead + payload.length);
    if (length > largestPacket) return null;
    const packet = new Packet(length);
    packet.byte(chunk.ipFamily, isV6 ? family.v6 : family.v4);
    packet.byte(chunk.ipProtocol, ipProtocols[message.protocol]);
    packet.bytes(isV6 ? chunk.ipv6Source : chunk.ipv4Source, addressOf(message.source.address, isV6));
    packet.bytes(isV6 ? chunk.ipv6Destination : chunk.ipv4Destination, addressOf(message.destination.address, isV6));
    packet.short(chunk.sourcePort, message.source.port);
    packet.short(chunk.destinationPort, message.destination.port);
    packet.long(chunk.seconds, Math.floor(message.atUs / 1_000_000));
    packet.long(chunk.microseconds, message.atUs % 1_000_000);
    packet.byte(chunk.protocolType, sip);
    packet.long(chunk.captureId, this.#captureId);
    if (correlation.length > 0) packet.bytes(chunk.correlationId, correlation);
    packet.raw(this.#ending);
    packet.bytes(chunk.payload, payload);
    return packet.buffer;
  }
}

class Packet {
  readonly buffer: Buffer;
  #at = chunkHead;

  constructor(length: number) {
    this.buffer = Buffer.allocUnsafe(length);
    this.buffer.write("HEP3", 0, "latin1");
    this.buffer.writeUInt16BE(length, 4);
  }

  byte(type: number, value: number): void {
    this.#head(type, 1);
    this.#at = this.buffer.writeUInt8(value, this.#at);
  }

  short(type: number, value: number): void {
    this.#head(type, 2);
    this.#at = this.buffer.writeUInt16BE(value, this.#at);
  }

  long(type: number, value: number): void {
    this.#head(type, 4);
    this.#at = this.buffer.writeUInt32BE(value, this.#at);
  }

  bytes(type: number, value: Buffer): void {
    this.#head(type, value.length);
    this.raw(value);
  }

  raw(value: Buffer): void {
    this.#at += value.copy(this.buffer, this.#at);
  }

  #head(type: number, length: number): void {
    this.#at = this.buffer.writeUInt16BE(0, this.#at);
    this.#at = this.buffer.writeUInt16BE(type, this.#at);
    this.#at = this.buffer.writeUInt16BE(chunkHead + length, this.#at);
  }
}

const unspecified = { v4: Buffer.alloc(4), v6: Buffer.alloc(16) } as const;

/** Bytes of an address. One that cannot be written in that family is all zero: the capture server shows that it is not known. */
function addressOf(text: string, isV6: boolean): Buffer {
  if (isV6) return isIPv6(text) ? ipv6Bytes(text) : unspecified.v6;
  return isIPv4(text) ? Buffer.from(text.split(".").map(Number)) : unspecified.v4;
}

function ipv6Bytes(text: string): Buffer {
  const plain = text.replace(/%.*$/, "").replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [left = "", right] = plain.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(left), groups(right ?? "")];
  const gap: number[] = right === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => 0);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...before, ...gap, ...after].entries()) bytes.writeUInt16BE(group, index * 2);
  return bytes;
}
