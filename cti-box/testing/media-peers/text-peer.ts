/**
 * Real-time text of a phone (RFC 4103): one UDP socket, its part of a description, something to write, and what was read. Independent of the code under test: it
 * writes and reads its packets by itself, and loses or disorders them where it is told to.
 */
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";

export type TextLines = {
  direction?: "sendrecv" | "sendonly" | "recvonly" | "inactive";
  protocol?: string;
  /** Described instead of the port that it really has; 0: switched off. */
  port?: number;
  /** Characters per second that it wants to read. */
  cps?: number;
};
type Block = { sequence: number; bytes: Buffer };

const T140 = 96;
const RED = 97;
const GENERATIONS = 2;

export class TextPeer {
  /** Everything read by now, repetitions used where something is missing; what a source says comes after all of the sources before it (RFC 3550 §8: a box that was started again is another one). */
  private readonly blocks = new Map<number, Buffer>();
  private readonly sources: number[] = [];
  private readonly socket: Socket;
  private readonly hasRed: boolean;
  private readonly listeners = new Set<() => void>();
  private readonly ssrc = Math.floor(Math.random() * 0xffffffff);
  private sequence = Math.floor(Math.random() * 0xffff);
  private sent: Buffer[] = [];
  private far: { host: string; port: number; t140: number; red: number | null } | null = null;
  /** Where the last packet came from. */
  heardFrom: number | null = null;
  markers = 0;

  static async open({ address = "127.0.0.1", red = true } = {}): Promise<TextPeer> {
    const socket = createSocket("udp4");
    socket.bind({ address, port: 0 });
    await once(socket, "listening");
    return new TextPeer(socket, red);
  }

  private constructor(socket: Socket, hasRed: boolean) {
    this.socket = socket;
    this.hasRed = hasRed;
    socket.on("message", (bytes, from) => this.receive(bytes, from.port));
    socket.on("error", () => {});
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** Its m-line, to go after those of the audio. */
  lines({ direction = "sendrecv", protocol = "RTP/AVP", port = this.port, cps }: TextLines = {}): string {
    const types = this.hasRed ? `${RED} ${T140}` : `${T140}`;
    const red = [`a=rtpmap:${RED} red/1000`, `a=fmtp:${RED} ${T140}/${T140}/${T140}`];
    const all = [
      `m=text ${port} ${protocol} ${types}`,
      `a=rtpmap:${T140} t140/1000`,
      ...(cps === undefined ? [] : [`a=fmtp:${T140} cps=${cps}`]),
      ...(this.hasRed ? red : []),
      `a=${direction}`,
    ];
    return `${all.join("\r\n")}\r\n`;
  }

  /** The box's description: where to write to. Throws where it has no text. */
  accept(sdp: string): void {
    const line = textSection(sdp);
    const port = Number(/^m=text (\d+)/.exec(line)?.[1] ?? 0);
    const host = /^c=IN IP4 (\S+)/m.exec(line)?.[1] ?? /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    const t140 = /^a=rtpmap:(\d+) t140\/1000/m.exec(line)?.[1];
    const red = /^a=rtpmap:(\d+) red\/1000/m.exec(line)?.[1];
    if (port === 0 || host === undefined || t140 === undefined) throw new Error(`no text in:\n${sdp}`);
    this.far = { host, port, t140: Number(t140), red: red === undefined ? null : Number(red) };
  }

  /** Writes each of these in a packet of its own; those named in `lost` never leave, `order` says in which order the others do. Then what was last is repeated. */
  write(pieces: readonly string[], { lost = [], order }: { lost?: readonly number[]; order?: readonly number[] } = {}) {
    const packets = [...pieces, "", ""].map((piece) => this.packet(Buffer.from(piece, "utf8")));
    for (const index of order ?? packets.keys()) {
      const packet = packets[index];
      if (packet !== undefined && !lost.includes(index)) this.raw(packet);
    }
  }

  raw(bytes: Buffer): void {
    if (this.far !== null) this.socket.send(bytes, this.far.port, this.far.host, () => {});
  }

  /** What was read, in the order in which it was written. */
  get text(): string {
    const numbers = [...this.blocks.keys()].sort((a, b) => a - b);
    return Buffer.concat(numbers.map((number) => this.blocks.get(number) ?? Buffer.alloc(0))).toString("utf8");
  }

  async reads(expected: string, deadlineMs = 5000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.listeners.delete(look);
        reject(new Error(`read "${this.text}", not "${expected}"`));
      }, deadlineMs);
      const look = (): void => {
        if (this.text !== expected) return;
        clearTimeout(deadline);
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
      look();
    });
  }

  /** When what was read from there on begins with these words, by `performance.now`. */
  holds(words: string, from: number, deadlineMs = 5000): Promise<number> {
    return new Promise<number>((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.listeners.delete(look);
        reject(new Error(`read "${this.text.slice(from)}", not "${words}"`));
      }, deadlineMs);
      const look = (): void => {
        if (!this.text.slice(from).startsWith(words)) return;
        clearTimeout(deadline);
        this.listeners.delete(look);
        resolve(performance.now());
      };
      this.listeners.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    await new Promise<void>((done) => this.socket.close(() => done()));
  }

  private packet(bytes: Buffer): Buffer {
    if (this.far === null) throw new Error("no text agreed");
    const { t140, red } = this.far;
    this.sequence = (this.sequence + 1) & 0xffff;
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(red ?? t140, 1);
    header.writeUInt16BE(this.sequence, 2);
    header.writeUInt32BE(Math.floor(performance.now()), 4);
    header.writeUInt32BE(this.ssrc, 8);
    const earlier = this.sent.slice(-GENERATIONS);
    this.sent = [...earlier, bytes];
    if (red === null) return Buffer.concat([header, bytes]);
    const heads = earlier.map((block, index) => {
      const head = Buffer.alloc(4);
      head.writeUInt8(0x80 | t140, 0);
      const age = (earlier.length - index) * 300;
      head.writeUInt8(age >> 6, 1);
      head.writeUInt16BE(((age & 0x3f) << 10) | block.length, 2);
      return head;
    });
    return Buffer.concat([header, ...heads, Buffer.from([t140]), ...earlier, bytes]);
  }

  private receive(bytes: Buffer, fromPort: number): void {
    this.heardFrom = fromPort;
    const second = bytes.readUInt8(1);
    if ((second & 0x80) !== 0) this.markers += 1;
    const source = bytes.readUInt32BE(8);
    if (!this.sources.includes(source)) this.sources.push(source);
    const sequence = bytes.readUInt16BE(2) + this.sources.indexOf(source) * 0x1_00_00;
    for (const block of blocksOf(bytes.subarray(12), { sequence, isRed: (second & 0x7f) === RED }))
      if (!this.blocks.has(block.sequence)) this.blocks.set(block.sequence, block.bytes);
    for (const listener of this.listeners) listener();
  }
}

/** The m=text of a description, or nothing. */
export function textSection(sdp: string): string {
  return sdp.split(/^(?=m=)/m).find((section) => section.startsWith("m=text")) ?? "";
}

function blocksOf(payload: Buffer, { sequence, isRed }: { sequence: number; isRed: boolean }): Block[] {
  if (!isRed) return [{ sequence, bytes: payload }];
  const lengths: number[] = [];
  let at = 0;
  for (; payload.readUInt8(at) >= 0x80; at += 4) lengths.push(payload.readUInt16BE(at + 2) & 0x3ff);
  at += 1;
  const blocks = lengths.map((length, index) => {
    const bytes = Buffer.from(payload.subarray(at, at + length));
    at += length;
    return { sequence: sequence - lengths.length + index, bytes };
  });
  return [...blocks, { sequence, bytes: Buffer.from(payload.subarray(at)) }];
}
