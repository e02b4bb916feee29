/**
 * Session descriptions towards rtpengine. It connects two parties from an offer and an answer, so we write both: what each far end agreed to with
 * us, never its own text. That keeps its choices (codec order, payload types, ICE and DTLS identity) the same through every new pairing.
 */
import type { MediaDirection, MediaProfile } from "../../../application/media-port.ts";
import { MediaRefused } from "../media-refused.ts";
import { describeCodec } from "../sdp/audio-codecs.ts";
import type { Agreement, Formats } from "../sdp/negotiate.ts";
import type { DtlsSetup, LocalEndpoint, SessionDescription } from "../sdp/session-description.ts";
import { readSession } from "../sdp/read-session.ts";
import { writeSession } from "../sdp/write-session.ts";
import type { NgMembers } from "./ng-client.ts";

/** One audio stream towards rtpengine. */
export type StreamText = { formats: Formats; direction: MediaDirection };

/** Of a browser that has no address to show yet: never routed (RFC 5737), replaced as soon as ICE has found the real one. */
const UNKNOWN_ADDRESS = { address: "192.0.2.1", port: 9 };

/** The far end of a leg as rtpengine shall know it; `setup`: the DTLS role it has by now. */
export function describeFarEnd(remote: SessionDescription, stream: StreamText, setup: DtlsSetup | null): string {
  const [fingerprint] = remote.fingerprints;
  const { ice } = remote;
  return write(stream, {
    protocol: remote.protocol,
    rtcpMux: remote.rtcpMux,
    endpoint: {
      ...reachableAt(remote),
      rtcpPort: remote.rtcpMux ? null : remote.rtcpPort,
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
    endpoint: { address: "0.0.0.0", port: 9, rtcpPort: null, security: null },
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
  const { address, port, rtcpPort, rtcpMux, ice, fingerprints, setup } = outcome.session;
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
  return { address: shown, port, rtcpPort: rtcpMux ? null : (rtcpPort ?? port + 1), security };
}

/** How rtpengine shall describe itself towards a far end of this kind. */
export function towards(profile: MediaProfile, message: "offer" | "answer"): NgMembers {
  return profile === "webrtc"
    ? {
        "transport-protocol": "UDP/TLS/RTP/SAVPF",
        ICE: "force",
        "rtcp-mux": [message === "offer" ? "require" : "accept"],
        SDES: ["off"],
      }
    : { "transport-protocol": "RTP/AVP", ICE: "remove", "rtcp-mux": [message === "offer" ? "demux" : "accept"] };
}

/** Codecs by the names rtpengine translates to. */
export function codecNames({ codecs, events }: Formats): string[] {
  const audio = codecs.map(({ codec }) => describeCodec(codec).rtpmap);
  return events.length === 0 ? audio : [...audio, "telephone-event"];
}
