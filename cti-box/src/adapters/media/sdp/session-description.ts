/** A session description reduced to what a media server acts on: one audio stream, and the places of the streams it will refuse. */
import type { MediaDirection, MediaProfile } from "../../../application/media-port.ts";
import type { AudioCodec, ClockRate } from "./audio-codecs.ts";
import type { CryptoLine } from "./crypto-line.ts";

export type DescribedCodec = { codec: AudioCodec; payloadType: number };
export type DescribedEvent = { clockRate: ClockRate; payloadType: number };

export type IceDescription = {
  usernameFragment: string;
  password: string;
  candidates: readonly string[];
};
export type Fingerprint = { algorithm: string; value: string };
export type DtlsSetup = "active" | "passive" | "actpass";

/** Place of one m-line, to be answered in the same order (RFC 3264 §6). */
export type StreamPlace = { kind: string; protocol: string; formats: string; mid: string | null };

export type SessionDescription = {
  profile: MediaProfile;
  protocol: string;
  /** Which m-line the audio is. */
  audioIndex: number;
  places: readonly StreamPlace[];
  /** BUNDLE group members (RFC 9143), empty without one. */
  bundle: readonly string[];
  /** IPv4 address and port the far end receives on. */
  address: string;
  port: number;
  rtcpPort: number | null;
  rtcpMux: boolean;
  codecs: readonly DescribedCodec[];
  events: readonly DescribedEvent[];
  /** The far end's own direction; hold by `c=0.0.0.0` is already folded in. */
  direction: MediaDirection;
  ice: IceDescription | null;
  fingerprints: readonly Fingerprint[];
  setup: DtlsSetup | null;
  /** Keys of SRTP that we can act on, in the far end's order. */
  crypto: readonly CryptoLine[];
};

/** Our own side of a leg's media: where its far end reaches us. */
export type LocalEndpoint = {
  address: string;
  port: number;
  /** Null with rtcp-mux. */
  rtcpPort: number | null;
  security: { ice: IceDescription; fingerprint: Fingerprint; setup: DtlsSetup } | null;
  /** Our keys of SRTP, at most one a suite; none: plain RTP, or DTLS. */
  crypto: readonly CryptoLine[];
};
