/** The sound of one party of a call, cheap enough for hundreds of them: a packet now and then that says who speaks, and who was heard last. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { randomInt } from "node:crypto";

const packetMs = 200;
const samplesPerPacket = 160;
const rtpHeader = 12;

export class PartyAudio {
  /** What this party says: 1 to 127. Two parties of a test may share it; those of one call must not. */
  readonly voice: number;
  private readonly socket: Socket;
  private readonly address: string;
  private remote: { host: string; port: number } | null = null;
  private timer: NodeJS.Timeout | null = null;
  private packets = 0;
  private readonly ssrc = randomInt(2 ** 31);
  private heard: { voice: number; atMs: number } | null = null;

  private constructor(socket: Socket, address: string, voice: number) {
    this.socket = socket;
    this.address = address;
    this.voice = voice;
    socket.on("message", (packet) => {
      const voiceHeard = packet[rtpHeader + 20];
      if (voiceHeard !== undefined) this.heard = { voice: voiceHeard, atMs: performance.now() };
    });
  }

  static async open(address: string, voice: number): Promise<PartyAudio> {
    const socket = createSocket("udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return new PartyAudio(socket, address, voice);
  }

  get description(): string {
    const lines = [
      "v=0",
      `o=- 1 1 IN IP4 ${this.address}`,
      "s=-",
      `c=IN IP4 ${this.address}`,
      "t=0 0",
      `m=audio ${this.socket.address().port} RTP/AVP 8`,
      "a=rtpmap:8 PCMA/8000",
      "a=ptime:20",
      "a=sendrecv",
    ];
    return `${lines.join("\r\n")}\r\n`;
  }

  /** Speaks to where the description says, from now on. */
  speakTo(description: string): void {
    const host = /^c=IN IP4 (\S+)/m.exec(description)?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(description)?.[1]);
    if (host === undefined || !(port > 0)) return;
    this.remote = { host, port };
    this.timer ??= setInterval(() => this.say(), packetMs);
    this.say();
  }

  /** The voice of the last packet, unless that is older than this. Music and silence have none of a party. */
  hears(withinMs = 1_000): number | null {
    return this.heard === null || performance.now() - this.heard.atMs > withinMs ? null : this.heard.voice;
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.socket.close();
  }

  private say(): void {
    if (this.remote === null) return;
    const packet = Buffer.alloc(rtpHeader + samplesPerPacket, this.voice);
    packet.writeUInt16BE(0x80_08, 0);
    packet.writeUInt16BE(this.packets & 0xff_ff, 2);
    packet.writeUInt32BE((this.packets * samplesPerPacket) >>> 0, 4);
    packet.writeUInt32BE(this.ssrc, 8);
    this.packets += 1;
    this.socket.send(packet, this.remote.port, this.remote.host, () => undefined);
  }
}
