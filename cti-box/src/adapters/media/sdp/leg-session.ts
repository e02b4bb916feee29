/**
 * The description side of one leg, whichever server carries its packets: what it agreed to with its far end, and how our offers and answers look.
 *
 *   new ─answered─▶ agreed      new ─offered─▶ awaiting the answer ─accepted─▶ agreed      agreed ─any of these again─▶ agreed anew
 *
 * `consider…` decide without changing anything, so that a refused re-INVITE leaves the session as it was (RFC 3261 §14.1).
 */
import { randomInt } from "node:crypto";
import type { MediaDirection, MediaProfile } from "../../../application/media-port.ts";
import type { SrtpUse } from "../../../domain/trunk/trunk-srtp.ts";
import { usesTones, type KeyMode } from "../../../domain/trunk/key-mode.ts";
import { MediaRefused } from "../media-refused.ts";
import { keyOfAnswer, keyOfOffer } from "./agree-keys.ts";
import { AUDIO_CODECS } from "./audio-codecs.ts";
import type { AudioCodec } from "./audio-codecs.ts";
import type { CryptoLine } from "./crypto-line.ts";
import { agreeToAnswer, agreeToOffer, formatsToOffer, mirrored, NOTHING_AGREED } from "./negotiate.ts";
import type { AgreedFormats, Agreement, Formats } from "./negotiate.ts";
import type { LocalEndpoint, SessionDescription, StreamPlace } from "./session-description.ts";
import { writeSession } from "./write-session.ts";

/** The far end's m-lines keep their places for the life of the session. */
type Layout = { places: readonly StreamPlace[]; audioIndex: number; protocol: string; bundle: boolean };

/** `event`: beside the sound (RFC 4733); `tone`: in it; `signalled`: not with the media. */
export type KeyWay = "event" | "tone" | "signalled";

/** A session as it is remembered. */
export type KeptSession = {
  agreed: Agreement;
  remote: SessionDescription | null;
  sessionId: string;
  sessionVersion: number;
  layout: Layout;
  offer: Formats | null;
  refused: readonly AudioCodec[];
  allowed: readonly AudioCodec[] | null;
  srtp: SrtpUse | null;
  offeredKeys: readonly CryptoLine[];
  /** Absent: remembered by an earlier version. */
  keyMode?: KeyMode;
};

export class LegSession {
  readonly profile: MediaProfile;
  agreed: Agreement = NOTHING_AGREED;
  /** The far end's newest description; null until it has described itself. */
  remote: SessionDescription | null = null;
  private readonly ssrc: number | null;
  private sessionId = String(randomInt(2 ** 47));
  private sessionVersion = 0;
  private layout: Layout;
  private offer: Formats | null = null;
  /** The only codecs that this leg may speak, best first; null: all. */
  private allowed: readonly AudioCodec[] | null = null;
  /** Null: nobody has said it yet. */
  private srtp: SrtpUse | null = null;
  private offeredKeys: readonly CryptoLine[] = [];
  private keyMode: KeyMode = "rfc4733";
  /** Codecs the far end is known not to speak. */
  private readonly refused = new Set<AudioCodec>();

  constructor(profile: MediaProfile, ssrc: number | null) {
    this.profile = profile;
    this.ssrc = ssrc;
    this.layout = offerLayout(profile === "webrtc" ? "UDP/TLS/RTP/SAVPF" : "RTP/AVP");
  }

  kept(): KeptSession {
    const { agreed, remote, sessionId, sessionVersion, layout, offer, allowed, srtp, offeredKeys, keyMode } = this;
    const session = { sessionId, sessionVersion, layout, offer, offeredKeys };
    return { agreed, remote, ...session, allowed, srtp, keyMode, refused: [...this.refused] };
  }

  static revived(profile: MediaProfile, kept: KeptSession): LegSession {
    const session = new LegSession(profile, null);
    const { refused, ...rest } = kept;
    Object.assign(session, rest);
    for (const codec of refused) session.refused.add(codec);
    return session;
  }

  /** Goes on with the session that another server had with this far end, which sees one session all the time; from now on it speaks only these codecs. */
  continueFrom(kept: KeptSession, codecs: readonly AudioCodec[]): void {
    const { sessionId, sessionVersion, layout, agreed, remote, srtp } = kept;
    Object.assign(this, { sessionId, sessionVersion, layout, agreed, remote, srtp, allowed: codecs });
  }

  /** The far end's own direction; null before its first description. */
  get direction(): MediaDirection | null {
    return this.remote?.direction ?? null;
  }

  /** Whether the far end wants to hear anything now: not while it holds us. */
  get listens(): boolean {
    return this.direction === "sendrecv" || this.direction === "recvonly";
  }

  /** Codec names of the agreement, best first. */
  get codecs(): readonly AudioCodec[] {
    return this.agreed.codecs.map(({ codec }) => codec);
  }

  /** Before the first description; what was said then stays. */
  bind({ codecs, srtp }: { codecs: readonly AudioCodec[] | null; srtp: SrtpUse | undefined }): void {
    this.allowed ??= codecs;
    this.srtp ??= srtp ?? null;
  }

  /** Whether an offer of ours holds keys of SRTP: the first one where it may, later ones where it is agreed to. */
  get offersKeys(): boolean {
    if (this.profile === "webrtc") return false;
    return this.remote === null ? this.srtp !== null && this.srtp !== "off" : this.agreed.farKey !== null;
  }

  /** Before the first description. */
  bindKeys(mode: KeyMode): void {
    this.keyMode = mode;
  }

  /** How keys travel now; null: not at all. */
  get keyWay(): KeyWay | null {
    if (this.keyMode === "info") return "signalled";
    if (this.agreed.events.length > 0) return "event";
    const speaksG711 = this.codecs.some((codec) => codec === "pcma" || codec === "pcmu");
    return usesTones(this.keyMode) && speaksG711 ? "tone" : null;
  }

  /** Events are neither offered nor agreed to where keys travel otherwise: some far ends would send them twice. */
  private withEvents<T extends { events: readonly unknown[] }>(formats: T): T {
    return this.keyMode === "info" || this.keyMode === "inband" ? { ...formats, events: [] } : formats;
  }

  get isBound(): boolean {
    return this.allowed !== null;
  }

  /** Whether a new offer could bring this leg to one of these codecs. */
  couldSpeak(codecs: readonly AudioCodec[]): boolean {
    return codecs.some((codec) => !this.refused.has(codec) && this.allowed?.includes(codec) !== false);
  }

  /** @throws MediaRefused */
  considerOffer(offer: SessionDescription, bound: readonly AudioCodec[] | null): Agreement {
    const agreed = agreeToOffer(offer, bound, this.allowed);
    if (agreed.codecs.length === 0)
      throw new MediaRefused("no-shared-codec", "none of the offered codecs is known, or allowed here");
    const farKey = offer.profile === "rtp" ? keyOfOffer(offer, this.srtp ?? "off") : null;
    return { ...this.withEvents(agreed), farKey };
  }

  /** Takes the considered offer and writes the answer to it. */
  answered(offer: SessionDescription, agreed: Agreement, endpoint: LocalEndpoint): string {
    const crypto = answeringKeys(endpoint.crypto, agreed.farKey);
    if (this.remote === null) {
      for (const { codec } of AUDIO_CODECS)
        if (!offer.codecs.some((one) => one.codec === codec)) this.refused.add(codec);
    }
    for (const { codec } of offer.codecs) this.refused.delete(codec);
    this.agreed = agreed;
    this.remote = offer;
    this.offer = null;
    const { places, audioIndex, protocol, bundle } = offer;
    this.layout = { places, audioIndex, protocol, bundle: bundle.length > 0 };
    const rtcp = { rtcpMux: offer.rtcpMux, rtcpPort: offer.rtcpMux ? null : endpoint.rtcpPort };
    return this.write(
      { ...endpoint, ...rtcp, crypto },
      { formats: receivingSide(agreed), direction: mirrored(offer.direction) },
    );
  }

  /** What an offer would hold. @throws MediaRefused */
  considerOffering(bound: readonly AudioCodec[] | null): Formats {
    const formats = formatsToOffer(bound, this.agreed, this.allowed);
    if (formats.codecs.length === 0)
      throw new MediaRefused("no-shared-codec", "the counterpart speaks no codec that is known, or allowed here");
    return this.withEvents(formats);
  }

  offered(formats: Formats, endpoint: LocalEndpoint): string {
    this.offer = formats;
    this.offeredKeys = this.keysToOffer(endpoint);
    if (this.remote === null && this.srtp === "required" && this.offersKeys) this.layout = offerLayout("RTP/SAVP");
    // Plain RTP keeps two ports: few trunks take rtcp-mux, and none needs it.
    const side = { ...endpoint, crypto: this.offeredKeys, rtcpMux: this.profile === "webrtc" };
    return this.write(side, { formats, direction: "sendrecv" });
  }

  /** @throws MediaRefused */
  considerAnswer(answer: SessionDescription): Agreement {
    if (this.offer === null) throw new MediaRefused("bad-sdp", "an answer without an offer of ours");
    if (answer.profile !== this.profile)
      throw new MediaRefused("unsupported-transport", `answered with ${answer.protocol}`);
    const agreed = agreeToAnswer(this.offer, answer);
    if (agreed.codecs.length === 0) {
      throw new MediaRefused("no-shared-codec", "the answer agrees to none of the offered codecs");
    }
    const isWebrtc = this.profile === "webrtc";
    return { ...agreed, farKey: isWebrtc ? null : keyOfAnswer(answer, this.offeredKeys, this.srtp ?? "off") };
  }

  /** Takes the considered answer. The offer stays: the same answer may come twice (183 and 200). */
  accepted(answer: SessionDescription, agreed: Agreement): void {
    for (const { codec } of this.offer?.codecs ?? []) {
      if (agreed.codecs.some((one) => one.codec === codec)) this.refused.delete(codec);
      else this.refused.add(codec);
    }
    this.agreed = agreed;
    this.remote = answer;
  }

  /** What is agreed to stays what it is (RFC 4568 §7.1.4): its suite alone is offered again, with the key that is in use. */
  private keysToOffer({ crypto }: LocalEndpoint): readonly CryptoLine[] {
    if (!this.offersKeys) return [];
    const { farKey } = this.agreed;
    return farKey === null ? crypto : crypto.filter(({ suite }) => suite === farKey.suite);
  }

  private write(
    endpoint: LocalEndpoint & { rtcpMux: boolean },
    what: { formats: Formats; direction: MediaDirection },
  ): string {
    const { places, audioIndex, protocol, bundle } = this.layout;
    this.sessionVersion += 1;
    const origin = { id: this.sessionId, version: this.sessionVersion };
    const mid = places[audioIndex]?.mid ?? null;
    const { ssrc } = this;
    return writeSession(
      { ...endpoint, ...what.formats, direction: what.direction, origin, protocol, bundle, mid, ssrc },
      places,
      audioIndex,
    );
  }
}

function offerLayout(protocol: string): Layout {
  const mid = protocol.startsWith("UDP/TLS/") ? "0" : null;
  return { places: [{ kind: "audio", protocol, formats: "", mid }], audioIndex: 0, protocol, bundle: mid !== null };
}

/** Our key of the suite that was chosen, under the name that the offer gave it (RFC 4568 §5.1.2). */
function answeringKeys(own: readonly CryptoLine[], farKey: CryptoLine | null): readonly CryptoLine[] {
  if (farKey === null) return [];
  const key = own.find(({ suite }) => suite === farKey.suite);
  if (key === undefined) throw new MediaRefused("media-server-refused", `no key of ours for ${farKey.suite}`);
  return [{ ...key, tag: farKey.tag }];
}

function receivingSide({ codecs, events }: AgreedFormats): Formats {
  return {
    codecs: codecs.map(({ codec, receiveType }) => ({ codec, payloadType: receiveType })),
    events: events.map(({ clockRate, receiveType }) => ({ clockRate, payloadType: receiveType })),
  };
}
