/**
 * A telephone or trunk at the RTP level: one UDP socket, an SDP offer or answer of its own, a tone to speak, an ear to listen, keys to press; in the clear, or
 * enciphered with keys that stand in the descriptions (RFC 4568).
 * Independent of the code under test: it writes and reads RTP and SDP by itself.
 */
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { decodeAlaw, decodeMulaw } from "./g711-decode.ts";
import { Ear } from "./ear.ts";
import { G722Decoder, toneG722 } from "./g722.ts";
import { Mouth } from "./mouth.ts";
import { PeerKeys, type PeerSrtp } from "./peer-keys.ts";
import { keyTones, tonePcma, tonePcmu } from "./tones.ts";

export type PeerCodec = "pcma" | "pcmu" | "g722";
export type PeerDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";
export type ReceivedPacket = {
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  marker: boolean;
  payload: Buffer;
};

const STATIC_TYPE: Record<PeerCodec, number> = { pcmu: 0, pcma: 8, g722: 9 };
const RTPMAP: Record<PeerCodec, string> = { pcmu: "PCMU/8000", pcma: "PCMA/8000", g722: "G722/8000" };
const KEYS = "0123456789*#ABCD";

export type RtpPeerOptions = {
  address?: string;
  /** In order of preference; the first one agreed to is spoken. */
  codecs?: readonly PeerCodec[];
  /** Payload type of telephone-event; null for a peer that has none. */
  keyType?: number | null;
  /** Absent: RTP in the clear, and keys in offers are overlooked. */
  srtp?: PeerSrtp;
};

export class RtpPeer {
  readonly ear = new Ear();
  /** Keys heard, each once. */
  readonly keys: string[] = [];
  /** Every packet received, the last few thousand. */
  readonly packets: ReceivedPacket[] = [];
  private readonly socket: Socket;
  private readonly address: string;
  private readonly codecs: readonly PeerCodec[];
  private readonly keyType: number | null;
  private readonly mouth: Mouth;
  private readonly decoder = new G722Decoder();
  private readonly keyListeners = new Set<() => void>();
  private readonly ssrc = Math.floor(Math.random() * 0xffffffff);
  /** In the lower half, as RFC 3711 §3.3.1 wants it. */
  private sequence = Math.floor(Math.random() * 0x7fff);
  private version = 0;
  private agreed: { codecs: PeerCodec[]; keyType: number | null; host: string; port: number } | null = null;
  /** Timestamps of presses heard: their last packets may come after the first of the next one. */
  private readonly pressesHeard = new Set<number>();
  private toneHz: number | null = null;
  readonly srtp: PeerKeys | null;
  /** What somebody on the way makes of a packet: given as it was sent, and as it was before it was enciphered. */
  tamper: ((sent: Buffer, plain: Buffer) => Buffer) | null = null;

  static async open(options: RtpPeerOptions = {}): Promise<RtpPeer> {
    const socket = createSocket("udp4");
    socket.bind({ address: options.address ?? "127.0.0.1", port: 0 });
    await once(socket, "listening");
    return new RtpPeer(socket, options);
  }

  private constructor(
    socket: Socket,
    { address = "127.0.0.1", codecs = ["pcma", "pcmu"], keyType = 101, srtp }: RtpPeerOptions,
  ) {
    this.socket = socket;
    this.address = address;
    this.codecs = codecs;
    this.keyType = keyType;
    this.srtp = srtp === undefined ? null : new PeerKeys(srtp);
    this.mouth = new Mouth((frame, index) => this.sendAudio(frame(index), index));
    this.socket.on("message", (bytes) => this.receive(bytes));
    this.socket.on("error", () => {});
  }

  get port(): number {
    return this.socket.address().port;
  }

  offer({
    direction = "sendrecv",
    zeroAddress = false,
  }: { direction?: PeerDirection; zeroAddress?: boolean } = {}): string {
    return this.describe(this.codecs, { direction, keyType: this.keyType, zeroAddress });
  }

  /** Agrees to what is offered in this peer's own order, and starts from there. */
  answer(offer: string, { direction = "sendrecv" }: { direction?: PeerDirection } = {}): string {
    this.accept(offer);
    return this.describe(this.agreed?.codecs ?? [], {
      direction,
      keyType: this.agreed?.keyType ?? null,
      zeroAddress: false,
    });
  }

  /** The other side's answer to our offer (or its offer): where to send and in which codec. */
  accept(sdp: string): void {
    this.srtp?.accept(sdp);
    const audio = /^m=audio (\d+) \S+ ([\d ]+)/m.exec(sdp);
    const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    if (audio?.[1] === undefined || audio[2] === undefined || host === undefined)
      throw new Error(`no audio in:\n${sdp}`);
    // On one machine sound would arrive all the same: the system takes zeros for the sender's own address.
    if (host === "0.0.0.0") throw new Error(`no address to send to in:\n${sdp}`);
    const types = audio[2].split(" ").map(Number);
    const codecs = this.codecs.filter((codec) => types.includes(STATIC_TYPE[codec]));
    if (codecs.length === 0) throw new Error(`no codec for this peer in:\n${sdp}`);
    const keys = /^a=rtpmap:(\d+) telephone-event\/8000/m.exec(sdp)?.[1];
    this.agreed = {
      codecs,
      keyType: keys === undefined || this.keyType === null ? null : Number(keys),
      host,
      port: Number(audio[1]),
    };
    if (this.toneHz !== null) this.speak(this.toneHz);
  }

  /** The codec this peer speaks now. */
  get codec(): PeerCodec | null {
    return this.agreed?.codecs[0] ?? null;
  }

  speak(frequencyHz: number): void {
    this.toneHz = frequencyHz;
    switch (this.codec) {
      case "pcma":
        return this.mouth.start(tonePcma(frequencyHz));
      case "pcmu":
        return this.mouth.start(tonePcmu(frequencyHz));
      case "g722":
        return this.mouth.start(toneG722(frequencyHz));
      case null:
        return undefined;
    }
  }

  hush(): void {
    this.toneHz = null;
    this.mouth.stop();
  }

  /** One key for 100 ms, as a phone sends it: five packets, the last three times (RFC 4733). */
  async press(key: string): Promise<void> {
    const type = this.agreed?.keyType;
    if (type === null || type === undefined) throw new Error("no telephone-event agreed");
    const timestamp = Math.floor(performance.now() * 8) >>> 0;
    for (const [index, isEnd] of [false, false, false, false, true, true, true].entries()) {
      const duration = Math.min(index + 1, 5) * 160;
      const payload = Buffer.from([KEYS.indexOf(key), (isEnd ? 0x80 : 0) | 10, duration >> 8, duration & 0xff]);
      this.send({ type, timestamp, marker: index === 0, payload });
      if (!isEnd) await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** Keys as tones in the sound, each followed by silence of 100 ms. */
  async soundKeys(keys: string, eachMs = 100): Promise<void> {
    for (const key of keys) {
      this.mouth.start(keyTones(key, this.codec === "pcmu" ? "pcmu" : "pcma"));
      await new Promise((done) => setTimeout(done, eachMs));
      this.mouth.start(keyTones(null, this.codec === "pcmu" ? "pcmu" : "pcma"));
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  /** Resolves when `keys` says this. */
  async hearsKeys(expected: string, deadlineMs = 3000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.keyListeners.delete(look);
        reject(new Error(`heard keys "${this.keys.join("")}", not "${expected}"`));
      }, deadlineMs);
      const look = (): void => {
        if (this.keys.join("") !== expected) return;
        clearTimeout(deadline);
        this.keyListeners.delete(look);
        resolve();
      };
      this.keyListeners.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    this.mouth.stop();
    await new Promise<void>((done) => this.socket.close(() => done()));
  }

  private sendAudio(payload: Buffer, index: number): void {
    const { codec } = this;
    if (codec !== null) this.send({ type: STATIC_TYPE[codec], timestamp: (index * 160) >>> 0, marker: false, payload });
  }

  private send(packet: { type: number; timestamp: number; marker: boolean; payload: Buffer }): void {
    if (this.agreed === null) return;
    const header = Buffer.alloc(12);
    this.sequence = (this.sequence + 1) & 0xffff;
    header.writeUInt8(0x80, 0);
    header.writeUInt8((packet.marker ? 0x80 : 0) | packet.type, 1);
    header.writeUInt16BE(this.sequence, 2);
    header.writeUInt32BE(packet.timestamp, 4);
    header.writeUInt32BE(this.ssrc, 8);
    const plain = Buffer.concat([header, packet.payload]);
    const bytes = this.srtp === null ? plain : this.srtp.seal(plain);
    const arriving = this.tamper === null ? bytes : this.tamper(bytes, plain);
    this.socket.send(arriving, this.agreed.port, this.agreed.host, () => {});
  }

  private receive(datagram: Buffer): void {
    const bytes = this.srtp === null ? datagram : this.srtp.open(datagram);
    if (
      bytes === null ||
      bytes.length < 12 ||
      bytes.readUInt8(0) >> 6 !== 2 ||
      ((bytes.readUInt8(1) & 0x7f) >= 64 && (bytes.readUInt8(1) & 0x7f) <= 95)
    )
      return;
    const second = bytes.readUInt8(1);
    const packet: ReceivedPacket = {
      payloadType: second & 0x7f,
      marker: second > 0x7f,
      sequence: bytes.readUInt16BE(2),
      timestamp: bytes.readUInt32BE(4),
      ssrc: bytes.readUInt32BE(8),
      payload: bytes.subarray(12),
    };
    this.packets.push(packet);
    if (this.packets.length > 3000) this.packets.shift();
    if (packet.payloadType === this.agreed?.keyType) return this.receiveKey(packet);
    const samples = this.decode(packet);
    if (samples !== null) this.ear.take(samples);
  }

  private receiveKey({ timestamp, payload }: ReceivedPacket): void {
    if (this.pressesHeard.has(timestamp)) return;
    this.pressesHeard.add(timestamp);
    this.keys.push(KEYS[payload.readUInt8(0)] ?? "?");
    for (const listener of this.keyListeners) listener();
  }

  private decode({ payloadType, payload }: ReceivedPacket): number[] | null {
    if (payloadType === STATIC_TYPE.pcma) return Array.from(payload, decodeAlaw);
    if (payloadType === STATIC_TYPE.pcmu) return Array.from(payload, decodeMulaw);
    return payloadType === STATIC_TYPE.g722 ? this.decoder.decodeTo8kHz(payload) : null;
  }

  private describe(
    codecs: readonly PeerCodec[],
    { direction, keyType, zeroAddress }: { direction: PeerDirection; keyType: number | null; zeroAddress: boolean },
  ): string {
    this.version += 1;
    const { protocol, lines: keyLines } = this.srtp?.described() ?? { protocol: "RTP/AVP", lines: [] };
    const types = [...codecs.map((codec) => STATIC_TYPE[codec]), ...(keyType === null ? [] : [keyType])];
    const lines = [
      "v=0",
      `o=peer 1 ${this.version} IN IP4 ${this.address}`,
      "s=call",
      `c=IN IP4 ${zeroAddress ? "0.0.0.0" : this.address}`,
      "t=0 0",
      `m=audio ${this.port} ${protocol} ${types.join(" ")}`,
      ...codecs.map((codec) => `a=rtpmap:${STATIC_TYPE[codec]} ${RTPMAP[codec]}`),
      ...(keyType === null ? [] : [`a=rtpmap:${keyType} telephone-event/8000`, `a=fmtp:${keyType} 0-15`]),
      ...keyLines,
      `a=${direction}`,
    ];
    return `${lines.join("\r\n")}\r\n`;
  }
}
