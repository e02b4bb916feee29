/**
 * The audio codecs of the box, in the order we offer them: wideband first. G.722 runs at 16 kHz but its RTP clock is 8000 by an old mistake that
 * is now the rule (RFC 3551 §4.5.2); Opus always says 48000/2 (RFC 7587 §4.1).
 */
import type { OfferedAudio } from "../../../application/media-port.ts";
import type { TrunkCodec } from "../../../domain/trunk/trunk-codecs.ts";

export type AudioCodec = "opus" | "g722" | "pcma" | "pcmu";
export type ClockRate = 8000 | 48_000;

export type CodecDescription = {
  codec: AudioCodec;
  rtpmap: string;
  /** RTP timestamp units per second. */
  clockRate: ClockRate;
  /** Number we offer; the static one where RFC 3551 gives one. */
  payloadType: number;
  fmtp: string | null;
};

export const AUDIO_CODECS: readonly CodecDescription[] = [
  { codec: "opus", rtpmap: "opus/48000/2", clockRate: 48_000, payloadType: 111, fmtp: "minptime=10;useinbandfec=1" },
  { codec: "g722", rtpmap: "G722/8000", clockRate: 8000, payloadType: 9, fmtp: null },
  { codec: "pcma", rtpmap: "PCMA/8000", clockRate: 8000, payloadType: 8, fmtp: null },
  { codec: "pcmu", rtpmap: "PCMU/8000", clockRate: 8000, payloadType: 0, fmtp: null },
];

/** What every telephone network speaks. */
export const TELEPHONE_CODECS: readonly AudioCodec[] = ["pcma", "pcmu"];

/** What an offer to nobody in particular is bound to; empty: nothing. */
export function codecsOf(audio: OfferedAudio = "any"): readonly AudioCodec[] {
  return audio === "telephone" ? TELEPHONE_CODECS : [];
}

/** The same for an answer; null: whatever both speak. */
export function boundOf(audio: OfferedAudio): readonly AudioCodec[] | null {
  return audio === "telephone" ? TELEPHONE_CODECS : null;
}

const BY_NAME: { readonly [name in TrunkCodec]: AudioCodec } = {
  opus: "opus",
  G722: "g722",
  PCMA: "pcma",
  PCMU: "pcmu",
};

/** The only codecs that the leg may ever speak, best first; null: all. */
export function allowedBy(audio: OfferedAudio = "any"): readonly AudioCodec[] | null {
  return typeof audio === "string" ? null : audio.map((name) => BY_NAME[name]);
}

/** Key presses (RFC 4733), one payload type per clock rate in use (§2.1). */
export const TELEPHONE_EVENTS: readonly { clockRate: ClockRate; payloadType: number }[] = [
  { clockRate: 48_000, payloadType: 110 },
  { clockRate: 8000, payloadType: 101 },
];

const BY_CODEC = new Map(AUDIO_CODECS.map((description) => [description.codec, description]));

export function describeCodec(codec: AudioCodec): CodecDescription {
  const description = BY_CODEC.get(codec);
  if (description === undefined) throw new Error(`no description of codec ${codec}`);
  return description;
}

/** The codec behind `a=rtpmap:… name/rate`, or null for one we do not know. */
export function codecNamed(name: string, clockRate: number): AudioCodec | null {
  const wanted = `${name}/${clockRate}`.toLowerCase();
  const found = AUDIO_CODECS.find(({ rtpmap }) => {
    const known = rtpmap.toLowerCase();
    return known === wanted || known.startsWith(`${wanted}/`);
  });
  return found?.codec ?? null;
}

/** What is offered first, and then what else: beside what the counterpart speaks only G.711, which everyone does. Whatever else is offered, a far end might prefer, to no one's gain. */
export function codecsToOffer(first: readonly AudioCodec[]): AudioCodec[] {
  const known = AUDIO_CODECS.map(({ codec }) => codec);
  const others = first.length === 0 ? known : TELEPHONE_CODECS;
  return [...first, ...others.filter((codec) => !first.includes(codec))];
}
