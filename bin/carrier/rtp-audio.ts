/** The citizen's end of the audio: a UDP socket that sends PCMA in 20 ms packets (RFC 3550, RFC 3551 payload type 8) and keeps what it hears. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { decodeAlaw, encodeAlaw } from "./alaw.ts";
import { sampleRateHz, shareOfTone } from "./sound.ts";

const packetMs = 20;
const samplesPerPacket = (sampleRateHz * packetMs) / 1_000;
const payloadTypePcma = 8;
/** Two minutes of heard sound are kept; older sound is forgotten. */
const keptPackets = (120 * 1_000) / packetMs;

export class RtpAudio {
  readonly #socket: Socket;
  readonly #address: string;
  readonly #heard: { atMs: number; samples: Int16Array }[] = [];
  readonly #ssrc = Math.floor(Math.random() * 0xffff_ffff);
  #sound: Int16Array = new Int16Array(0);
  #position = 0;
  #sequence = 0;
  #timestamp = 0;
  #remote: { address: string; port: number } | undefined;
  #clock: NodeJS.Timeout | undefined;
  #nextAt = 0;

  private constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.#address = address;
    socket.on("message", (packet) => this.#hear(packet));
    socket.on("error", () => undefined);
  }

  static async open(address: string): Promise<RtpAudio> {
    const socket = createSocket("udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return new RtpAudio(socket, address);
  }

  /** Our session description (RFC 4566): PCMA and telephone-event. */
  get description(): string {
    const { port } = this.#socket.address();
    return [
      "v=0",
      `o=- ${this.#ssrc} 1 IN IP4 ${this.#address}`,
      "s=-",
      `c=IN IP4 ${this.#address}`,
      "t=0 0",
      `m=audio ${port} RTP/AVP 8 101`,
      "a=rtpmap:8 PCMA/8000",
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-15",
      "a=ptime:20",
      "a=sendrecv",
      "",
    ].join("\r\n");
  }

  /** What a fax machine behind the carrier asks for: its tones as data (RFC 3362) in the place of sound. */
  get faxDescription(): string {
    const { port } = this.#socket.address();
    const session = ["v=0", `o=- ${this.#ssrc} 2 IN IP4 ${this.#address}`, "s=-", `c=IN IP4 ${this.#address}`, "t=0 0"];
    return [...session, `m=image ${port} udptl t38`, "a=T38FaxVersion:0", "a=T38MaxBitRate:14400", ""].join("\r\n");
  }

  /** Where to send, from the other side's session description. */
  setRemote(description: string): void {
    const address = /^c=IN IP4 (\S+)/m.exec(description)?.[1];
    const port = /^m=audio (\d+)/m.exec(description)?.[1];
    if (address === undefined || port === undefined) throw new Error("the answer names no audio address");
    this.#remote = { address, port: Number(port) };
  }

  /** Plays the sound over and over until another one is set or the call ends. */
  play(sound: Int16Array): void {
    this.#sound = sound;
    this.#position = 0;
    if (this.#clock) return;
    this.#nextAt = performance.now();
    this.#clock = setInterval(() => this.#sendDue(), packetMs / 2);
  }

  /** What was heard in the last `seconds`; empty when no packet came in that time. */
  heard(seconds: number): Int16Array {
    const sinceMs = Date.now() - seconds * 1_000;
    return joined(this.#heard.filter(({ atMs }) => atMs >= sinceMs));
  }

  /**
   * Wall clock, milliseconds, at which the tone arrived: the end of the first 60 ms after `sinceMs` that hold this tone and little else.
   * Null when it has not been heard since.
   */
  firstHeardAt(frequencyHz: number, sinceMs: number): number | null {
    const packets = this.#heard.filter(({ atMs }) => atMs >= sinceMs);
    for (let end = 3; end <= packets.length; end += 1) {
      const piece = packets.slice(end - 3, end);
      if (shareOfTone(joined(piece), frequencyHz) > 0.6) return piece.at(-1)?.atMs ?? null;
    }
    return null;
  }

  /** Forgets what was heard so far, so that a later measure is of what comes now. */
  forgetHeard(): void {
    this.#heard.length = 0;
  }

  close(): void {
    clearInterval(this.#clock);
    this.#socket.close();
  }

  #sendDue(): void {
    const now = performance.now();
    // After a pause of the process the missed packets are skipped, not sent in a burst.
    if (now - this.#nextAt > 200) this.#nextAt = now;
    while (this.#nextAt <= now) {
      this.#nextAt += packetMs;
      this.#sendPacket();
    }
  }

  #sendPacket(): void {
    if (!this.#remote || this.#sound.length === 0) return;
    const packet = Buffer.alloc(12 + samplesPerPacket);
    packet[0] = 0x80;
    packet[1] = payloadTypePcma;
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.#timestamp, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    for (let index = 0; index < samplesPerPacket; index += 1) {
      packet[12 + index] = encodeAlaw(this.#sound[this.#position] ?? 0);
      this.#position = (this.#position + 1) % this.#sound.length;
    }
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + samplesPerPacket) >>> 0;
    this.#socket.send(packet, this.#remote.port, this.#remote.address);
  }

  #hear(packet: Buffer): void {
    if (packet.length <= 12 || (packet[1] ?? 0) % 128 !== payloadTypePcma) return;
    this.#heard.push({ atMs: Date.now(), samples: Int16Array.from(packet.subarray(12), decodeAlaw) });
    if (this.#heard.length > keptPackets) this.#heard.shift();
  }
}

function joined(packets: readonly { samples: Int16Array }[]): Int16Array {
  const samples = new Int16Array(packets.reduce((sum, packet) => sum + packet.samples.length, 0));
  let offset = 0;
  for (const packet of packets) {
    samples.set(packet.samples, offset);
    offset += packet.samples.length;
  }
  return samples;
}
