/**
 * Writes our side of a session (RFC 8866, RFC 3264): one audio stream, every other stream of an offer refused with port 0 at its place, and
 * nothing that a stranger could read about the machine.
 */
import type { MediaDirection } from "../../../application/media-port.ts";
import { describeCodec } from "./audio-codecs.ts";
import { writeCryptoLine } from "./crypto-line.ts";
import type { DescribedCodec, DescribedEvent, LocalEndpoint, StreamPlace } from "./session-description.ts";

export type LocalSession = LocalEndpoint & {
  /** Identity of the session; `version` rises with every new description (RFC 3264 §8). */
  origin: { id: string; version: number };
  rtcpMux: boolean;
  protocol: string;
  codecs: readonly DescribedCodec[];
  events: readonly DescribedEvent[];
  direction: MediaDirection;
  /** Our sending source where it is one and stays, so that a browser knows whom a packet belongs to before it arrives (RFC 5576). */
  ssrc: number | null;
  mid: string | null;
  bundle: boolean;
};

export function writeSession(local: LocalSession, places: readonly StreamPlace[], audioIndex: number): string {
  const lines = [
    "v=0",
    `o=- ${local.origin.id} ${local.origin.version} IN IP4 ${local.address}`,
    "s=-",
    `c=IN IP4 ${local.address}`,
    "t=0 0",
  ];
  if (local.bundle && local.mid !== null) lines.push(`a=group:BUNDLE ${local.mid}`);
  if (local.security !== null) lines.push("a=msid-semantic: WMS *");
  for (const [index, place] of places.entries()) {
    if (index === audioIndex) lines.push(...audioLines(local));
    else lines.push(...refusedLines(place));
  }
  return `${lines.join("\r\n")}\r\n`;
}

function audioLines(local: LocalSession): string[] {
  const formats = [...local.codecs, ...local.events].map(({ payloadType }) => payloadType);
  const lines = [`m=audio ${local.port} ${local.protocol} ${formats.join(" ")}`];
  if (local.mid !== null) lines.push(`a=mid:${local.mid}`);
  for (const { codec, payloadType } of local.codecs) {
    const { rtpmap, fmtp } = describeCodec(codec);
    lines.push(`a=rtpmap:${payloadType} ${rtpmap}`);
    if (fmtp !== null) lines.push(`a=fmtp:${payloadType} ${fmtp}`);
  }
  for (const { clockRate, payloadType } of local.events) {
    lines.push(`a=rtpmap:${payloadType} telephone-event/${clockRate}`, `a=fmtp:${payloadType} 0-15`);
  }
  lines.push("a=ptime:20", `a=${local.direction}`);
  if (local.rtcpMux) lines.push("a=rtcp-mux");
  if (local.rtcpPort !== null) lines.push(`a=rtcp:${local.rtcpPort}`);
  return [...lines, ...local.crypto.map(writeCryptoLine), ...securityLines(local)];
}

function securityLines({ security, ssrc }: LocalSession): string[] {
  if (security === null) return [];
  const { ice, fingerprint, setup } = security;
  return [
    `a=ice-ufrag:${ice.usernameFragment}`,
    `a=ice-pwd:${ice.password}`,
    ...ice.candidates.map((candidate) => `a=candidate:${candidate}`),
    "a=end-of-candidates",
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    `a=setup:${setup}`,
    "a=msid:la2 audio",
    ...(ssrc === null ? [] : [`a=ssrc:${ssrc} cname:la2`]),
  ];
}

function refusedLines({ kind, protocol, formats, mid }: StreamPlace): string[] {
  const lines = [`m=${kind} 0 ${protocol} ${formats === "" ? "0" : formats}`];
  if (mid !== null) lines.push(`a=mid:${mid}`);
  return [...lines, "a=inactive"];
}
