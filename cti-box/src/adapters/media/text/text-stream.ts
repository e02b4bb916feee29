/**
 * The text of one leg on its own UDP port: what is written leaves as RTP, what arrives is told as characters. Owns the port and its one timer. The latch on the far
 * end's address is that of the audio (rtp-transport.ts).
 */
import { randomInt } from "node:crypto";
import type { TransportSettings } from "../relay/leg-transport.ts";
import type { RtpPacket } from "../relay/rtp-packet.ts";
import { openRtpTransport } from "../relay/rtp-transport.ts";
import type { RtpTransport } from "../relay/rtp-transport.ts";
import { readRedPayload } from "./red-payload.ts";
import { giveUpWaiting, newReceiver, receive, waitsUntilMs } from "./text-receiver.ts";
import type { TextReceiver, TextStep } from "./text-receiver.ts";
import { dueAtMs, emit, restingSender, write } from "./text-sender.ts";
import type { TextFormats, TextSender } from "./text-sender.ts";

/** What both ends agreed to. `receive`: payload types of what arrives; `send`: what the far end wants. */
export type AgreedText = {
  address: string;
  port: number;
  /** Whether the far end wants text now: not while it holds us. */
  listens: boolean;
  receive: Pick<TextFormats, "t140" | "red">;
  send: TextFormats;
};

/** Ten characters and their repetitions are far less. */
const MAX_PAYLOAD_BYTES = 2048;

export class TextStream {
  readonly port: number;
  private readonly transport: RtpTransport;
  private readonly told: (text: string) => void;
  private readonly ssrc = randomInt(2 ** 32);
  private readonly firstTimestamp = randomInt(2 ** 32);
  private agreed: AgreedText | null = null;
  private sender: TextSender = restingSender(randomInt(2 ** 16));
  private receiver: TextReceiver;
  private timer: NodeJS.Timeout | null = null;

  /** `start`: `resumed` for a stream that an earlier run of the box had. @throws MediaRefused without a free port */
  static async open(
    settings: TransportSettings,
    { start, told }: { start: TextReceiver["start"]; told: (text: string) => void },
  ): Promise<TextStream> {
    let stream: TextStream | null = null;
    const transport = await openRtpTransport(settings, {
      packet: (packet) => stream?.hear(packet),
      lost: () => {},
    });
    const { port } = await transport.localEndpoint("offering");
    stream = new TextStream({ transport, port, start, told });
    return stream;
  }

  private constructor(parts: {
    transport: RtpTransport;
    port: number;
    start: TextReceiver["start"];
    told: (text: string) => void;
  }) {
    this.transport = parts.transport;
    this.port = parts.port;
    this.told = parts.told;
    this.receiver = newReceiver(parts.start);
  }

  /** Once and again; null: no text any more, what is still waiting is dropped. */
  async agree(agreed: AgreedText | null): Promise<void> {
    this.agreed = agreed;
    if (agreed === null) this.sender = restingSender(this.sender.sequenceNumber);
    else await this.transport.applyRemote({ address: agreed.address, port: agreed.port, rtcpMux: false });
    this.goOn();
  }

  /** False: too much is waiting. */
  write(text: string): boolean {
    const written = write(this.sender, text);
    if (written === null) return false;
    this.sender = written;
    this.goOn();
    return true;
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.agreed = null;
    await this.transport.close();
  }

  private hear(packet: RtpPacket): void {
    const blocks = this.blocksOf(packet);
    if (blocks === null) return;
    const { ssrc, sequenceNumber } = packet;
    this.tell(receive(this.receiver, { ssrc, sequenceNumber, blocks }, nowMs()));
    this.goOn();
  }

  /** Null for what nobody agreed to. */
  private blocksOf({ payloadType, payload }: RtpPacket): Buffer[] | null {
    if (this.agreed === null || payload.length > MAX_PAYLOAD_BYTES) return null;
    const { t140, red } = this.agreed.receive;
    if (payloadType === t140) return [payload];
    const read = payloadType === red?.payloadType ? readRedPayload(payload) : null;
    if (read === null) return null;
    // A block of another kind keeps its place, because numbers are found by counting.
    return [...read.earlier, read].map((block) => (block.payloadType === t140 ? block.bytes : Buffer.alloc(0)));
  }

  private tell({ receiver, text }: TextStep): void {
    this.receiver = receiver;
    if (text !== "") this.told(text);
  }

  /** Does what is due, and wakes up again for what is due later. */
  private goOn(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const { agreed } = this;
    if (agreed === null) return;
    this.tell(giveUpWaiting(this.receiver, nowMs()));
    if (agreed.listens) this.send(agreed.send);
    const next = [agreed.listens ? dueAtMs(this.sender, agreed.send) : null, waitsUntilMs(this.receiver)];
    const atMs = Math.min(...next.map((one) => one ?? Infinity));
    if (atMs !== Infinity) this.timer = setTimeout(() => this.goOn(), Math.max(1, atMs - nowMs()));
  }

  private send(formats: TextFormats): void {
    const { sender, packet } = emit(this.sender, formats, nowMs());
    this.sender = sender;
    if (packet === null) return;
    this.transport.send({ ...packet, ssrc: this.ssrc, timestamp: (this.firstTimestamp + packet.timestamp) >>> 0 });
  }
}

/** The clock of text counts milliseconds (RFC 4103 §4). */
function nowMs(): number {
  return Math.floor(performance.now());
}
