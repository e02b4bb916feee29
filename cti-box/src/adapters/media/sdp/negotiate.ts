/** Which codecs and payload types two sides agree on (RFC 3264). Pure. */
import type { MediaDirection } from "../../../application/media-port.ts";
import { AUDIO_CODECS, describeCodec, TELEPHONE_EVENTS } from "../sdp/audio-codecs.ts";
import type { AudioCodec, ClockRate } from "../sdp/audio-codecs.ts";
import type { CryptoLine } from "./crypto-line.ts";
import type { DescribedCodec, DescribedEvent } from "../sdp/session-description.ts";

/** Payload types may differ by direction: `receiveType` is what we described, `sendType` what the far end described. */
export type AgreedCodec = { codec: AudioCodec; receiveType: number; sendType: number };
export type AgreedEvent = { clockRate: ClockRate; receiveType: number; sendType: number };
export type AgreedFormats = { codecs: readonly AgreedCodec[]; events: readonly AgreedEvent[] };
export type Agreement = AgreedFormats & {
  /** What the far end enciphers with (SRTP); null: plain RTP, or DTLS. */
  farKey: CryptoLine | null;
};

export type Formats = { codecs: readonly DescribedCodec[]; events: readonly DescribedEvent[] };

export const NOTHING_AGREED: Agreement = { codecs: [], events: [], farKey: null };

/**
 * What we agree to of an offer, in our order, or in that of `allowed`, beside which nothing is agreed to. With `bound` only what the counterpart speaks too,
 * unless that leaves nothing: then the far end gets everything and the counterpart is renegotiated.
 */
export function agreeToOffer(
  offer: Formats,
  bound: readonly AudioCodec[] | null,
  allowed: readonly AudioCodec[] | null = null,
): AgreedFormats {
  const ours = allowed ?? AUDIO_CODECS.map(({ codec }) => codec);
  const known = ours.flatMap((codec) => offer.codecs.find((offered) => offered.codec === codec) ?? []);
  const shared = bound === null ? known : known.filter(({ codec }) => bound.includes(codec));
  const codecs = shared.length > 0 ? shared : known;
  return {
    codecs: codecs.map(({ codec, payloadType }) => ({ codec, receiveType: payloadType, sendType: payloadType })),
    events: offer.events.map(({ clockRate, payloadType }) => ({
      clockRate,
      receiveType: payloadType,
      sendType: payloadType,
    })),
  };
}

/**
 * Formats of an offer of ours: what the counterpart speaks (`bound`) of what the leg may speak (`allowed`, whose order goes before). Payload types that this leg has
 * used stay what they were (RFC 3264 §8.3.2).
 */
export function formatsToOffer(
  bound: readonly AudioCodec[] | null,
  before: AgreedFormats,
  allowed: readonly AudioCodec[] | null = null,
): Formats {
  const taken = new Set([...before.codecs, ...before.events].map(({ receiveType }) => receiveType));
  const ordered = (allowed ?? bound ?? AUDIO_CODECS.map(({ codec }) => codec))
    .filter((codec) => bound === null || bound.includes(codec))
    .map((codec) => describeCodec(codec));
  const codecs = ordered.map(({ codec, payloadType }) => ({
    codec,
    payloadType: before.codecs.find((one) => one.codec === codec)?.receiveType ?? claim(payloadType, taken),
  }));
  const rates = new Set(ordered.map(({ clockRate }) => clockRate));
  // 8 kHz events are offered always: many trunks know no others, whatever the audio.
  const events = TELEPHONE_EVENTS.filter(({ clockRate }) => clockRate === 8000 || rates.has(clockRate)).map(
    ({ clockRate, payloadType }) => ({
      clockRate,
      payloadType: before.events.find((one) => one.clockRate === clockRate)?.receiveType ?? claim(payloadType, taken),
    }),
  );
  return { codecs, events };
}

/** What the answer makes of our offer, in the answer's order; formats we did not offer are ignored. */
export function agreeToAnswer(offered: Formats, answer: Formats): AgreedFormats {
  return {
    codecs: answer.codecs.flatMap(({ codec, payloadType }) => {
      const ours = offered.codecs.find((one) => one.codec === codec);
      return ours === undefined ? [] : [{ codec, receiveType: ours.payloadType, sendType: payloadType }];
    }),
    events: answer.events.flatMap(({ clockRate, payloadType }) => {
      const ours = offered.events.find((one) => one.clockRate === clockRate);
      return ours === undefined ? [] : [{ clockRate, receiveType: ours.payloadType, sendType: payloadType }];
    }),
  };
}

/** Our direction in an answer to theirs (RFC 3264 §6.1). */
export function mirrored(theirs: MediaDirection): MediaDirection {
  if (theirs === "sendonly") return "recvonly";
  return theirs === "recvonly" ? "sendonly" : theirs;
}

function claim(wanted: number, taken: Set<number>): number {
  let free = wanted;
  // Static numbers (below 96) are never anyone else's; a dynamic one may be taken by the far end's own choice.
  for (let next = 96; taken.has(free) && next < 128; next += 1) free = next;
  taken.add(free);
  return free;
}
