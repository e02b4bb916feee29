/**
 * What one leg hears, as the one RTP stream it gets: packets of its counterpart with payload types translated, or frames made here (melody,
 * silence), or key presses of our own, as events or as tones. Numbering: outgoing-stream.ts.
 */
import type { DtmfDigit } from "../../../application/media-port.ts";
import { describeCodec } from "../sdp/audio-codecs.ts";
import type { AudioCodec, ClockRate } from "../sdp/audio-codecs.ts";
import { codecFor, generatedFrame } from "./generated-audio.ts";
import type { GeneratedSound } from "./generated-audio.ts";
import { KeyPresses } from "./key-presses.ts";
import type { Press, PressBeat } from "./key-presses.ts";
import type { AgreedEvent, Agreement } from "../sdp/negotiate.ts";
import { OutgoingStream } from "./outgoing-stream.ts";
import type { RtpPacket } from "./rtp-packet.ts";
import { readTelephoneEvent, rescaled, writeTelephoneEvent } from "./telephone-event.ts";

/** A packet of a far end, its payload type translated into meaning. */
export type Heard =
  | { kind: "audio"; codec: AudioCodec; packet: RtpPacket }
  | { kind: "key"; clockRate: ClockRate; packet: RtpPacket };

export class LegVoice {
  private readonly send: (packet: RtpPacket) => void;
  private readonly stream = new OutgoingStream();
  private readonly keys = new KeyPresses();
  private pressStartedAt = 0;
  private presses = 0;

  constructor(send: (packet: RtpPacket) => void) {
    this.send = send;
  }

  get ssrc(): number {
    return this.stream.ssrc;
  }

  /** `from` names the leg the packet comes from: with another leg or another SSRC a new source begins. */
  relay(heard: Heard, from: string, agreed: Agreement): void {
    if (this.keys.isPressing()) return;
    const translated = heard.kind === "audio" ? translateAudio(heard, agreed) : translateKey(heard, agreed);
    if (translated === null) return;
    const { packet } = heard;
    const source = { ...packet, source: `${from} ${packet.ssrc}`, clockRate: translated.clockRate };
    const numbered = this.stream.follow(source, performance.now());
    const marker = heard.kind === "key" ? packet.marker : numbered.marker;
    const { payload, payloadType } = translated;
    this.send({ ...numbered, marker, payload, payloadType, ssrc: this.stream.ssrc });
  }

  beat(index: number, sound: GeneratedSound | null, agreed: Agreement): void {
    const press = this.keys.beat();
    if (press !== null) return this.sendPress(press);
    const codec =
      sound === null
        ? null
        : codecFor(
            sound,
            agreed.codecs.map((one) => one.codec),
          );
    const format = agreed.codecs.find((one) => one.codec === codec);
    if (sound === null || codec === null || format === undefined) return;
    const { clockRate } = describeCodec(codec);
    const timestamp = (index * (clockRate / 50)) >>> 0;
    const name = typeof sound === "string" ? sound : sound.source;
    const source = { source: name, sequenceNumber: index & 0xffff, timestamp, clockRate, marker: false };
    const numbered = this.stream.follow(source, performance.now());
    const payload = generatedFrame(sound, codec, index);
    this.send({ ...numbered, payload, payloadType: format.sendType, ssrc: this.stream.ssrc });
  }

  press(
    key: { digit: DtmfDigit; durationMs: number },
    agreed: Agreement,
    as: Press["as"],
  ): "pressed" | "no-telephone-event" | "capacity" {
    const format = as === "event" ? eventToPress(agreed) : toneToPress(agreed);
    if (format === null) return "no-telephone-event";
    return this.keys.add({ ...key, ...format }) ? "pressed" : "capacity";
  }

  private sendPress({ press, payloads, index }: PressBeat): void {
    if (index === 0) this.presses += 1;
    if (press.as === "event") this.sendEvents(press, payloads, index);
    else for (const payload of payloads) this.sendTone(press, payload, index);
  }

  private sendEvents({ clockRate, payloadType }: EventPress, payloads: readonly Buffer[], index: number): void {
    const now = performance.now();
    const isStart = index === 0;
    if (isStart) this.pressStartedAt = this.stream.timestampNow(clockRate, now);
    const timestamp = this.pressStartedAt;
    const elapsed = (index + 1) * (clockRate / 50);
    for (const [place, payload] of payloads.entries()) {
      const sequenceNumber = this.stream.insert({ timestamp, elapsed }, now);
      const marker = isStart && place === 0;
      this.send({ sequenceNumber, timestamp, marker, payload, payloadType, ssrc: this.stream.ssrc });
    }
  }

  private sendTone({ payloadType, codec }: TonePress, payload: Buffer, index: number): void {
    const { clockRate } = describeCodec(codec);
    const place = { sequenceNumber: index, timestamp: index * (clockRate / 50), clockRate, marker: false };
    const numbered = this.stream.follow({ ...place, source: `key ${this.presses}` }, performance.now());
    this.send({ ...numbered, payload, payloadType, ssrc: this.stream.ssrc });
  }
}

type EventPress = Extract<Press, { as: "event" }>;
type TonePress = Extract<Press, { as: "tone" }>;

function eventToPress(agreed: Agreement): Pick<EventPress, "as" | "clockRate" | "payloadType"> | null {
  const event = eventToSend(agreed);
  return event === null ? null : { as: "event", clockRate: event.clockRate, payloadType: event.sendType };
}

function toneToPress({ codecs }: Agreement): Pick<TonePress, "as" | "codec" | "payloadType"> | null {
  for (const { codec, sendType } of codecs)
    if (codec === "pcma" || codec === "pcmu") return { as: "tone", codec, payloadType: sendType };
  return null;
}

type Translated = { payload: Buffer; payloadType: number; clockRate: ClockRate };

/** Null if the far end did not agree to this codec. */
function translateAudio(heard: Extract<Heard, { kind: "audio" }>, agreed: Agreement): Translated | null {
  const format = agreed.codecs.find(({ codec }) => codec === heard.codec);
  if (format === undefined) return null;
  const { clockRate } = describeCodec(heard.codec);
  return { payload: heard.packet.payload, payloadType: format.sendType, clockRate };
}

/**
 * A key press keeps its timestamp through the numbering: all packets of a press carry the same one, so its unit does not matter; only the
 * duration is converted where the two sides agreed to events of different clocks.
 */
function translateKey(heard: Extract<Heard, { kind: "key" }>, agreed: Agreement): Translated | null {
  const format = eventToSend(agreed);
  const event = readTelephoneEvent(heard.packet.payload);
  if (format === null || event === null) return null;
  const payload = writeTelephoneEvent(rescaled(event, heard.clockRate, format.clockRate));
  return { payload, payloadType: format.sendType, clockRate: heard.clockRate };
}

/** Events in the clock of the audio if possible (RFC 4733 §2.1), else in any. */
function eventToSend({ codecs, events }: Agreement): AgreedEvent | null {
  const first = codecs[0];
  const clockRate = first === undefined ? 8000 : describeCodec(first.codec).clockRate;
  return events.find((event) => event.clockRate === clockRate) ?? events[0] ?? null;
}
