/**
 * A browser at the media level, without a browser: werift's RTCPeerConnection with ICE, DTLS-SRTP and BUNDLE, speaking and hearing tones. For what only
 * a real browser shows there is chromium-peer.ts.
 */
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from "werift";
import type { RTCRtpTransceiver } from "werift";
import { decodeAlaw, decodeMulaw } from "./g711-decode.ts";
import { Ear } from "./ear.ts";
import { Mouth } from "./mouth.ts";
import { tonePcma, tonePcmu } from "./tones.ts";

export type BrowserCodec = "opus" | "pcma" | "pcmu";

const KEY_TYPE = 126;
const KEYS = "0123456789*#ABCD";
const PARAMETERS: Record<BrowserCodec, RTCRtpCodecParameters> = {
  opus: new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2, payloadType: 111 }),
  pcma: new RTCRtpCodecParameters({ mimeType: "audio/PCMA", clockRate: 8000, channels: 1, payloadType: 8 }),
  pcmu: new RTCRtpCodecParameters({ mimeType: "audio/PCMU", clockRate: 8000, channels: 1, payloadType: 0 }),
};

export class BrowserPeer {
  readonly ear = new Ear();
  readonly keys: string[] = [];
  private readonly connection: RTCPeerConnection;
  private readonly track = new MediaStreamTrack({ kind: "audio" });
  private readonly transceiver: RTCRtpTransceiver;
  private readonly mouth: Mouth;
  private readonly keyListeners = new Set<() => void>();
  private readonly heard = new WeakSet<object>();
  private sequence = 1;
  private types = new Map<number, BrowserCodec | "keys">();
  private spoken: { codec: BrowserCodec; type: number } | null = null;
  private keyType: number | null = null;
  /** Timestamps of presses heard: their last packets may come after the first of the next one. */
  private readonly pressesHeard = new Set<number>();
  private toneHz: number | null = null;
  private readonly dtlsRole: "either" | "server";

  /** `dtlsRole`: "server" insists on being called. Needed against OpenSSL, with which werift as the client agrees on keys only every other time. */
  constructor({
    codecs = ["opus", "pcma", "pcmu"],
    dtlsRole = "either",
  }: { codecs?: readonly BrowserCodec[]; dtlsRole?: "either" | "server" } = {}) {
    this.dtlsRole = dtlsRole;
    const keys = new RTCRtpCodecParameters({
      mimeType: "audio/telephone-event",
      clockRate: 8000,
      channels: 1,
      payloadType: KEY_TYPE,
    });
    this.connection = new RTCPeerConnection({
      codecs: { audio: [...codecs.map((codec) => PARAMETERS[codec]), keys], video: [] },
      iceServers: [],
      iceUseIpv4: false,
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ["127.0.0.1"],
    });
    this.transceiver = this.connection.addTransceiver(this.track, { direction: "sendrecv" });
    this.mouth = new Mouth((frame, index) => this.sendAudio(frame(index), index));
  }

  async offer({
    iceRestart = false,
    direction,
  }: { iceRestart?: boolean; direction?: "sendrecv" | "sendonly" | "inactive" } = {}): Promise<string> {
    if (direction !== undefined) this.transceiver.setDirection(direction);
    const offer = await this.connection.createOffer({ iceRestart });
    await this.connection.setLocalDescription(offer);
    this.listen();
    const sdp = this.connection.localDescription?.sdp ?? "";
    return this.dtlsRole === "server" ? sdp.replace("a=setup:actpass", "a=setup:passive") : sdp;
  }

  async accept(answerSdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: "answer", sdp: answerSdp });
    this.learn(answerSdp);
  }

  async answer(offerSdp: string): Promise<string> {
    await this.connection.setRemoteDescription({ type: "offer", sdp: withoutFastEvents(offerSdp) });
    if (this.dtlsRole === "server") for (const transport of this.connection.dtlsTransports) transport.role = "server";
    await this.connection.setLocalDescription(await this.connection.createAnswer());
    this.listen();
    const sdp = this.connection.localDescription?.sdp ?? "";
    this.learn(sdp);
    return sdp;
  }

  /** Resolves when ICE and DTLS are up. */
  async isUp(deadlineMs = 5000): Promise<void> {
    if (this.connection.connectionState === "connected") return;
    await this.connection.connectionStateChange.watch((state) => state === "connected", deadlineMs);
  }

  get codec(): BrowserCodec | null {
    return this.spoken?.codec ?? null;
  }

  speak(frequencyHz: number): void {
    this.toneHz = frequencyHz;
    if (this.codec === "pcma") this.mouth.start(tonePcma(frequencyHz));
    else if (this.codec === "pcmu") this.mouth.start(tonePcmu(frequencyHz));
    // Opus cannot be encoded here: one frame of silence again and again, so that packets flow.
    else if (this.codec === "opus") this.mouth.start(() => Buffer.from([0xf8, 0xff, 0xfe]));
  }

  hush(): void {
    this.toneHz = null;
    this.mouth.stop();
  }

  async press(key: string): Promise<void> {
    if (this.keyType === null) throw new Error("no telephone-event agreed");
    const timestamp = Math.floor(performance.now() * 8) >>> 0;
    for (const [index, isEnd] of [false, false, false, false, true, true, true].entries()) {
      const duration = Math.min(index + 1, 5) * 160;
      const payload = Buffer.from([KEYS.indexOf(key), (isEnd ? 0x80 : 0) | 10, duration >> 8, duration & 0xff]);
      this.write({ type: this.keyType, timestamp, marker: index === 0, payload });
      if (!isEnd) await new Promise((done) => setTimeout(done, 20));
    }
  }

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
    await this.connection.close();
  }

  /** To everything that arrives, as a browser does: werift's own tracks drop a source that no description named (rtpengine names none). */
  private listen(): void {
    for (const transport of this.connection.dtlsTransports) {
      if (this.heard.has(transport)) continue;
      this.heard.add(transport);
      transport.onRtp.subscribe((packet) => this.receive(packet));
    }
  }

  private learn(sdp: string): void {
    const order = /^m=audio \d+ \S+ ([\d ]+)/m.exec(sdp)?.[1]?.split(" ").map(Number) ?? [];
    this.types = new Map();
    for (const [, type, name] of sdp.matchAll(/^a=rtpmap:(\d+) (opus|PCMA|PCMU|telephone-event)\/(?:8000|48000)/gim)) {
      const known = name?.toLowerCase() === "telephone-event" ? "keys" : (name?.toLowerCase() as BrowserCodec);
      this.types.set(Number(type), known);
    }
    const type = order.find((one) => this.types.get(one) !== undefined && this.types.get(one) !== "keys");
    const codec = type === undefined ? undefined : this.types.get(type);
    this.spoken = type === undefined || codec === undefined || codec === "keys" ? null : { codec, type };
    const keys = /^a=rtpmap:(\d+) telephone-event\/8000/m.exec(sdp)?.[1];
    this.keyType = keys === undefined ? null : Number(keys);
    if (this.toneHz !== null) this.speak(this.toneHz);
  }

  private sendAudio(payload: Buffer, index: number): void {
    if (this.spoken === null) return;
    const clock = this.spoken.codec === "opus" ? 960 : 160;
    this.write({ type: this.spoken.type, timestamp: (index * clock) >>> 0, marker: false, payload });
  }

  private write({
    type,
    timestamp,
    marker,
    payload,
  }: {
    type: number;
    timestamp: number;
    marker: boolean;
    payload: Buffer;
  }): void {
    this.sequence = (this.sequence + 1) & 0xffff;
    const header = new RtpHeader({ payloadType: type, sequenceNumber: this.sequence, timestamp, marker, ssrc: 1 });
    const { sender } = this.transceiver;
    const { codec } = sender;
    // werift writes its codec's payload type into every packet; for a key press it has to be the events'.
    if (codec !== undefined) sender.codec = Object.assign(Object.create(codec) as typeof codec, { payloadType: type });
    this.track.writeRtp(new RtpPacket(header, payload));
    if (codec !== undefined) sender.codec = codec;
  }

  private receive({ header, payload }: RtpPacket): void {
    const codec = this.types.get(header.payloadType);
    if (codec === "pcma") this.ear.take(Array.from(payload, decodeAlaw));
    else if (codec === "pcmu") this.ear.take(Array.from(payload, decodeMulaw));
    else if (codec === "keys" && !this.pressesHeard.has(header.timestamp)) {
      this.pressesHeard.add(header.timestamp);
      this.keys.push(KEYS[payload.readUInt8(0)] ?? "?");
      for (const listener of this.keyListeners) listener();
    }
  }
}

/** werift takes the first telephone-event of an offer, whatever its clock; a browser takes each for its own. This one speaks at 8 kHz. */
function withoutFastEvents(sdp: string): string {
  const type = /^a=rtpmap:(\d+) telephone-event\/48000/m.exec(sdp)?.[1];
  if (type === undefined) return sdp;
  const lines = sdp.split("\r\n").filter((line) => !new RegExp(`^a=(rtpmap|fmtp):${type} `).test(line));
  return lines.map((line) => (line.startsWith("m=audio") ? line.replace(` ${type}`, "") : line)).join("\r\n");
}
