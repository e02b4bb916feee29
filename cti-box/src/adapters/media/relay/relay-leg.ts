/**
 * One leg at the relay: its session with the far end, its transport, and the one RTP stream that the far end hears. Keeps its ports and its stream
 * through every re-INVITE. It does not know whom it is joined to; the relay hands it packets of its counterpart, melody and key presses.
 */
import type { DtmfDigit, LegMedia, MediaProfile } from "../../../application/media-port.ts";
import { MediaRefused } from "../media-refused.ts";
import type { AudioCodec } from "../sdp/audio-codecs.ts";
import { LegSession } from "../sdp/leg-session.ts";
import type { SessionDescription } from "../sdp/session-description.ts";
import type { GeneratedSound } from "./generated-audio.ts";
import type { KeyMode } from "../../../domain/trunk/key-mode.ts";
import { KeyEar } from "./key-ear.ts";
import type { LegTransport } from "./leg-transport.ts";
import { LegVoice } from "./leg-voice.ts";
import type { Heard } from "./leg-voice.ts";
import { OwnKeys } from "./own-keys.ts";
import type { RtpPacket } from "./rtp-packet.ts";
import type { CryptoLine } from "../sdp/crypto-line.ts";
import type { SrtpKeys } from "./srtp-path.ts";

export class RelayLeg {
  readonly media: LegMedia;
  readonly session: LegSession;
  readonly transport: LegTransport;
  lastHeardAtMs = performance.now();
  private readonly voice: LegVoice;
  private readonly keys = new OwnKeys();
  private readonly ear = new KeyEar();
  private lastCodec: AudioCodec | null = null;

  constructor(
    { media, profile, keyMode }: { media: LegMedia; profile: MediaProfile; keyMode: KeyMode },
    transport: LegTransport,
  ) {
    this.media = media;
    this.transport = transport;
    this.voice = new LegVoice((packet) => transport.send(packet));
    this.session = new LegSession(profile, this.voice.ssrc);
    this.session.bindKeys(keyMode);
  }

  /** The codec that the far end sends, or will as far as we can know. */
  get sending(): AudioCodec | null {
    const { codecs } = this.session;
    return this.lastCodec !== null && codecs.includes(this.lastCodec) ? this.lastCodec : (codecs[0] ?? null);
  }

  async answer(offer: SessionDescription, bound: readonly AudioCodec[] | null): Promise<string> {
    const agreed = this.session.considerOffer(offer, bound);
    this.renewKeyFor(offer, agreed.farKey);
    await this.transport.applyRemote(offer, "offered", this.keysWith(agreed.farKey));
    const crypto = agreed.farKey === null ? [] : [this.keys.line(agreed.farKey.suite)];
    const endpoint = { ...(await this.transport.localEndpoint("answering")), crypto };
    this.lastHeardAtMs = performance.now();
    return this.session.answered(offer, agreed, endpoint);
  }

  async offer(bound: readonly AudioCodec[] | null): Promise<string> {
    const formats = this.session.considerOffering(bound);
    const endpoint = await this.transport.localEndpoint("offering");
    return this.session.offered(formats, { ...endpoint, crypto: this.session.offersKeys ? this.keys.all() : [] });
  }

  async accept(answer: SessionDescription): Promise<void> {
    const agreed = this.session.considerAnswer(answer);
    if (!this.transport.fits(answer))
      throw new MediaRefused("unsupported-transport", "the DTLS identity changed in an answer");
    await this.transport.applyRemote(answer, "answered", this.keysWith(agreed.farKey));
    this.lastHeardAtMs = performance.now();
    this.session.accepted(answer, agreed);
  }

  /** Meaning of a packet of the far end; null for payload types that nobody agreed to. */
  hear(packet: RtpPacket): Heard | null {
    this.lastHeardAtMs = performance.now();
    const { codecs, events } = this.session.agreed;
    const audio = codecs.find(({ receiveType }) => receiveType === packet.payloadType);
    if (audio !== undefined) {
      this.lastCodec = audio.codec;
      return { kind: "audio", codec: audio.codec, packet };
    }
    const event = events.find(({ receiveType }) => receiveType === packet.payloadType);
    return event === undefined ? null : { kind: "key", clockRate: event.clockRate, packet };
  }

  /** Passes a packet of the counterpart on. Dropped if the far end cannot read it, or does not want to hear (it holds us). */
  relay(heard: Heard, from: string): void {
    if (this.session.listens) this.voice.relay(heard, from, this.session.agreed);
  }

  /** One 20 ms beat: a key press of ours goes first, then the sound, if any. */
  beat(index: number, sound: GeneratedSound | null): void {
    if (this.session.listens) this.voice.beat(index, sound, this.session.agreed);
  }

  /** The cipher of one suite on both sides. */
  private keysWith(farKey: CryptoLine | null): SrtpKeys | null {
    return farKey === null ? null : { suite: farKey.suite, own: this.keys.line(farKey.suite).key, far: farKey.key };
  }

  /** A far end with another key or address may be another device, which knows nothing of the packets so far: with a new key both count from zero (RFC 4568 §7.1.4). */
  private renewKeyFor(offer: SessionDescription, farKey: CryptoLine | null): void {
    const { remote, agreed } = this.session;
    if (farKey === null || remote === null) return;
    const isSame = agreed.farKey?.key === farKey.key && remote.address === offer.address && remote.port === offer.port;
    if (!isSame) this.keys.renew(farKey.suite);
  }

  /** Keys that begin with what was heard. */
  keysIn(heard: Heard): DtmfDigit[] {
    return this.ear.hear(heard, this.session.keyWay === "tone");
  }

  /** The far end says a key in the sound now: who gets keys in another way shall not hear it too. */
  get isSoundingKey(): boolean {
    return this.session.keyWay === "tone" && this.ear.hearsTone;
  }

  /** `signalled`: it is not said in the sound, nor beside it. */
  press(digit: DtmfDigit, durationMs: number): "pressed" | "signalled" | "no-telephone-event" | "capacity" {
    const { agreed, keyWay } = this.session;
    if (keyWay === "signalled") return keyWay;
    return keyWay === null ? "no-telephone-event" : this.voice.press({ digit, durationMs }, agreed, keyWay);
  }
}
