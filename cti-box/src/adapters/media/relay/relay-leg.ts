/**
 * One leg at the relay: what it agreed to with its far end, its transport, and the one RTP stream that the far end hears.
 *
 *   described ─first answer either way─▶ agreed ─re-INVITE either way─▶ agreed anew (same ports, same stream) ─close─▶ closed
 *
 * The leg does not know who it is joined to; the relay hands it packets of its counterpart, melody and key presses, and it renumbers them.
 */
import { randomInt } from "node:crypto";
import type { DtmfDigit, LegMedia, MediaDirection, MediaProfile } from "../../../application/media-port.ts";
import type { AudioCodec } from "../sdp/audio-codecs.ts";
import type { SessionDescription, StreamPlace } from "../sdp/session-description.ts";
import { writeSession } from "../sdp/write-session.ts";
import type { GeneratedSound } from "./generated-audio.ts";
import { TransportRefusal } from "./leg-transport.ts";
import type { LegTransport, LocalEndpoint } from "./leg-transport.ts";
import { agreeToAnswer, agreeToOffer, formatsToOffer, mirrored, NOTHING_AGREED } from "./negotiate.ts";
import type { Agreement, Formats } from "./negotiate.ts";
import { LegVoice } from "./leg-voice.ts";
import type { Heard } from "./leg-voice.ts";
import type { RtpPacket } from "./rtp-packet.ts";

/** How our descriptions of this leg look: the far end's m-lines keep their places for the life of the session. */
type Layout = { places: readonly StreamPlace[]; audioIndex: number; protocol: string; bundle: boolean };

const OFFER_LAYOUTS: Record<MediaProfile, Layout> = {
  rtp: {
    places: [{ kind: "audio", protocol: "RTP/AVP", formats: "", mid: null }],
    audioIndex: 0,
    protocol: "RTP/AVP",
    bundle: false,
  },
  webrtc: {
    places: [{ kind: "audio", protocol: "UDP/TLS/RTP/SAVPF", formats: "", mid: "0" }],
    audioIndex: 0,
    protocol: "UDP/TLS/RTP/SAVPF",
    bundle: true,
  },
};

export class RelayLeg {
  readonly media: LegMedia;
  readonly profile: MediaProfile;
  readonly transport: LegTransport;
  agreed: Agreement = NOTHING_AGREED;
  /** The far end's own; null until it has described itself. */
  direction: MediaDirection | null = null;
  lastHeardAtMs = performance.now();

  private readonly voice: LegVoice;
  private readonly sessionId = String(randomInt(2 ** 47));
  private sessionVersion = 0;
  private layout: Layout | null = null;
  private offered: Formats | null = null;
  /** What the far end is known to speak at all, from its last offer or from its answer to an unbounded one. */
  private speaks: readonly AudioCodec[] | null = null;
  private lastCodec: AudioCodec | null = null;

  constructor(media: LegMedia, profile: MediaProfile, transport: LegTransport) {
    this.media = media;
    this.profile = profile;
    this.transport = transport;
    this.voice = new LegVoice((packet) => transport.send(packet));
  }

  /** Codec names of the agreement, best first. */
  get codecs(): readonly AudioCodec[] {
    return this.agreed.codecs.map(({ codec }) => codec);
  }

  /** The codec that the far end sends, or will as far as we can know. */
  get sending(): AudioCodec | null {
    const { lastCodec } = this;
    return lastCodec !== null && this.codecs.includes(lastCodec) ? lastCodec : (this.codecs[0] ?? null);
  }

  /** Whether a new offer could bring this leg to one of these codecs. */
  couldSpeak(codecs: readonly AudioCodec[]): boolean {
    return this.speaks === null || this.speaks.some((codec) => codecs.includes(codec));
  }

  async answer(offer: SessionDescription, bound: readonly AudioCodec[] | null): Promise<string> {
    const agreed = agreeToOffer(offer, bound);
    if (agreed.codecs.length === 0)
      throw new TransportRefusal("no-shared-codec", "none of the offered codecs is known");
    await this.transport.applyRemote(offer, "offered");
    const endpoint = await this.transport.localEndpoint("answering");
    this.agreed = agreed;
    this.speaks = offer.codecs.map(({ codec }) => codec);
    this.offered = null;
    this.direction = offer.direction;
    this.lastHeardAtMs = performance.now();
    const bundle = offer.bundle.length > 0;
    this.layout = { places: offer.places, audioIndex: offer.audioIndex, protocol: offer.protocol, bundle };
    const muxed = { ...endpoint, rtcpMux: offer.rtcpMux };
    return this.write(muxed, { formats: receiving(agreed), direction: mirrored(offer.direction) });
  }

  async offer(bound: readonly AudioCodec[] | null): Promise<string> {
    const formats = formatsToOffer(bound, this.agreed);
    if (formats.codecs.length === 0)
      throw new TransportRefusal("no-shared-codec", "the counterpart speaks no known codec");
    const endpoint = await this.transport.localEndpoint("offering");
    this.offered = formats;
    this.layout ??= OFFER_LAYOUTS[this.profile];
    // Plain RTP keeps two ports: few trunks take rtcp-mux, and none needs it.
    return this.write({ ...endpoint, rtcpMux: this.profile === "webrtc" }, { formats, direction: "sendrecv" });
  }

  async accept(answer: SessionDescription): Promise<void> {
    const { offered } = this;
    if (offered === null) throw new TransportRefusal("bad-sdp", "an answer without an offer of ours");
    const agreed = agreeToAnswer(offered, answer);
    if (agreed.codecs.length === 0)
      throw new TransportRefusal("no-shared-codec", "the answer agrees to none of the offered codecs");
    await this.transport.applyRemote(answer, "answered");
    this.agreed = agreed;
    const answered = answer.codecs.map(({ codec }) => codec);
    this.speaks = [...new Set([...answered, ...(this.speaks ?? [])])];
    this.direction = answer.direction;
    this.lastHeardAtMs = performance.now();
  }

  /** Meaning of a packet of the far end; null for payload types that nobody agreed to. */
  hear(packet: RtpPacket): Heard | null {
    this.lastHeardAtMs = performance.now();
    const audio = this.agreed.codecs.find(({ receiveType }) => receiveType === packet.payloadType);
    if (audio !== undefined) {
      this.lastCodec = audio.codec;
      return { kind: "audio", codec: audio.codec, packet };
    }
    const event = this.agreed.events.find(({ receiveType }) => receiveType === packet.payloadType);
    return event === undefined ? null : { kind: "key", clockRate: event.clockRate, packet };
  }

  /** Passes a packet of the counterpart on. Dropped if the far end cannot read it, or does not want to hear (it holds us). */
  relay(heard: Heard, from: string): void {
    if (this.listens()) this.voice.relay(heard, from, this.agreed);
  }

  /** One 20 ms beat: a key press of ours goes first, then the sound, if any. */
  beat(index: number, sound: GeneratedSound | null): void {
    if (this.listens()) this.voice.beat(index, sound, this.agreed);
  }

  press(digit: DtmfDigit, durationMs: number): "pressed" | "no-telephone-event" | "capacity" {
    return this.voice.press({ digit, durationMs }, this.agreed);
  }

  private listens(): boolean {
    return this.direction === "sendrecv" || this.direction === "recvonly";
  }

  private write(
    endpoint: LocalEndpoint & { rtcpMux: boolean },
    what: { formats: Formats; direction: MediaDirection },
  ): string {
    const { places, audioIndex, protocol, bundle } = this.layout ?? OFFER_LAYOUTS[this.profile];
    this.sessionVersion += 1;
    const mid = places[audioIndex]?.mid ?? null;
    const origin = { id: this.sessionId, version: this.sessionVersion };
    return writeSession(
      {
        ...endpoint,
        ...what.formats,
        direction: what.direction,
        origin,
        protocol,
        bundle,
        mid,
        ssrc: this.voice.ssrc,
      },
      places,
      audioIndex,
    );
  }
}

function receiving({ codecs, events }: Agreement): Formats {
  return {
    codecs: codecs.map(({ codec, receiveType }) => ({ codec, payloadType: receiveType })),
    events: events.map(({ clockRate, receiveType }) => ({ clockRate, payloadType: receiveType })),
  };
}
