/**
 * Session descriptions towards rtpengine. It connects two parties from an offer and an answer, so we write both: what each far end agreed to with
 * us, never its own text. That keeps its choices (codec order, payload types, ICE and DTLS identity) the same through every new pairing.
 */
import type { MediaDirection } from "../../../application/media-port.ts";
import { MediaRefused } from "../media-refused.ts";
import { demandsSrtp } from "../sdp/agree-keys.ts";
import { describeCodec } from "../sdp/audio-codecs.ts";
import { CRYPTO_SUITES, type CryptoLine } from "../sdp/crypto-line.ts";
import type { Agreement, Formats } from "../sdp/negotiate.ts";
import type { LocalEndpoint, SessionDescription } from "../sdp/session-description.ts";
import { readSession } from "../sdp/read-session.ts";
import { writeSession } from "../sdp/write-session.ts";
import type { NgMembers } from "./ng-client.ts";
import type { FarEnd, Speech } from "./rtpengine-leg.ts";

/** One audio stream towards rtpengine. */
export type StreamText = { formats: Formats; direction: MediaDirection };

/** Of a browser that has no address to show yet: never routed (RFC 5737), replaced as soon as ICE has found the real one. */
const UNKNOWN_ADDRESS = { address: "192.0.2.1", port: 9 };

/**
 * The far end of a leg as rtpengine shall know it; `setup`: the DTLS role it has by now. `own`: rtpengine's keys for it. Their tags stand beside the far end's key,
 * whatever it has been called: by the tag rtpengine knows which of its own keys is in use.
 */
export function describeFarEnd(
  { remote, agreed, setup }: FarEnd,
  stream: StreamText,
  own: readonly CryptoLine[],
): string {
  const [fingerprint] = remote.fingerprints;
  const { ice } = remote;
  const { farKey } = agreed;
  const tag = own.find(({ suite }) => suite === farKey?.suite)?.tag;
  return write(stream, {
    protocol: farKey === null ? remote.protocol : "RTP/SAVP",
    rtcpMux: remote.rtcpMux,
    endpoint: {
      ...reachableAt(remote),
      rtcpPort: remote.rtcpMux ? null : remote.rtcpPort,
      crypto: farKey === null ? [] : [{ ...farKey, tag: tag ?? farKey.tag }],
      // A plain phone may describe ICE too, and gets none.
      security:
        ice === null || fingerprint === undefined || remote.profile === "rtp"
          ? null
          : { ice, fingerprint, setup: setup ?? "actpass" },
    },
  });
}

/** A browser's `c=0.0.0.0` means "ICE will tell", but rtpengine would take it for a hold and send nothing. */
function reachableAt({ profile, address, port, ice }: SessionDescription): { address: string; port: number } {
  if (profile === "rtp" || address !== "0.0.0.0") return { address, port };
  const [, known, at] = /^\S+ 1 udp \d+ (\S+) (\d+) /.exec(ice?.candidates[0] ?? "") ?? [];
  return known === undefined ? UNKNOWN_ADDRESS : { address: known, port: Number(at) };
}

/** The silent partner of a leg that talks to nobody: wants nothing sent (RFC 3264 §8.4, address of zeros), agrees to whatever the leg speaks. */
export function describeSilence(stream: StreamText): string {
  return write(stream, {
    protocol: "RTP/AVP",
    rtcpMux: false,
    endpoint: { address: "0.0.0.0", port: 9, rtcpPort: null, security: null, crypto: [] },
  });
}

function write(
  { formats, direction }: StreamText,
  side: { protocol: string; rtcpMux: boolean; endpoint: LocalEndpoint },
): string {
  const { protocol, rtcpMux, endpoint } = side;
  return writeSession(
    {
      ...endpoint,
      ...formats,
      direction,
      protocol,
      rtcpMux,
      origin: { id: "1", version: 1 },
      bundle: false,
      mid: null,
      ssrc: null,
    },
    [{ kind: "audio", protocol, formats: "", mid: null }],
    0,
  );
}

/** The far end's own payload types. */
export function farFormats({ codecs, events }: Agreement): Formats {
  return {
    codecs: codecs.map(({ codec, sendType }) => ({ codec, payloadType: sendType })),
    events: events.map(({ clockRate, sendType }) => ({ clockRate, payloadType: sendType })),
  };
}

/** What rtpengine opened for a leg, read from the description it wrote. @throws MediaRefused */
export function readEndpoint(sdp: string, advertisedAddress: string | null): LocalEndpoint {
  const outcome = readSession(sdp);
  if (!outcome.ok) throw new MediaRefused("media-server-refused", `its description cannot be read: ${outcome.detail}`);
  const { address, port, rtcpPort, rtcpMux, ice, fingerprints, setup, crypto } = outcome.session;
  const [fingerprint] = fingerprints;
  if (address === "0.0.0.0") throw new MediaRefused("media-server-refused", "it names no address to send to");
  const shown = advertisedAddress ?? address;
  const security =
    ice === null || fingerprint === undefined
      ? null
      : {
          ice: { ...ice, candidates: ice.candidates.map((one) => one.replace(` ${address} `, ` ${shown} `)) },
          fingerprint,
          setup: setup ?? ("actpass" as const),
        };
  const keys = demandsSrtp(outcome.session) ? crypto : [];
  return { address: shown, port, rtcpPort: rtcpMux ? null : (rtcpPort ?? port + 1), security, crypto: keys };
}

/** How rtpengine shall describe itself towards a far end of this kind; `own`: its keys for it, if it has any. */
export function towards(speech: Speech, message: "offer" | "answer", own: readonly CryptoLine[]): NgMembers {
  const rtcpMux = message === "offer" ? "demux" : "accept";
  switch (speech) {
    case "webrtc":
      return {
        "transport-protocol": "UDP/TLS/RTP/SAVPF",
        ICE: "force",
        "rtcp-mux": [message === "offer" ? "require" : "accept"],
        SDES: ["off"],
      };
    case "srtp":
      return {
        "transport-protocol": "RTP/SAVP",
        ICE: "remove",
        "rtcp-mux": [rtcpMux],
        DTLS: "off",
        // In an answer they would take away the answering party's own key.
        ...(message === "offer" && { SDES: notOffered(own).map((suite) => `no-${suite}`) }),
      };
    case "rtp":
      return { "transport-protocol": "RTP/AVP", ICE: "remove", "rtcp-mux": [rtcpMux] };
  }
}

/** What rtpengine (10.5) would offer besides. */
const FOREIGN_SUITES = [
  "AEAD_AES_256_GCM",
  ...["AES_256_CM", "AES_192_CM", "AES_CM_128", "F8_128", "NULL"].flatMap((cipher) => [
    `${cipher}_HMAC_SHA1_80`,
    `${cipher}_HMAC_SHA1_32`,
  ]),
].filter((name) => !CRYPTO_SUITES.some((suite) => suite === name));

/** A leg that has keys keeps them, and is offered nothing new. */
function notOffered(own: readonly CryptoLine[]): readonly string[] {
  return own.length === 0 ? FOREIGN_SUITES : [...FOREIGN_SUITES, ...CRYPTO_SUITES];
}

/** Codecs by the names rtpengine translates to. */
export function codecNames({ codecs, events }: Formats): string[] {
  const audio = codecs.map(({ codec }) => describeCodec(codec).rtpmap);
  return events.length === 0 ? audio : [...audio, "telephone-event"];
}
