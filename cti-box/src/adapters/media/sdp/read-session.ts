/**
 * Reads the SDP of a far end (RFC 8866). Untrusted: bounded in size and number, checked by schema, and whatever is wrong comes back as a value.
 * Only the first audio stream that is not switched off counts; others are remembered by their place, because the answer must refuse each one.
 */
import { parse } from "sdp-transform";
import { z } from "zod";
import type { MediaDirection, MediaRefusal, MediaResult } from "../../../application/media-port.ts";
import { codecNamed } from "./audio-codecs.ts";
import { readCryptoLines } from "./crypto-line.ts";
import type { DescribedCodec, DescribedEvent, SessionDescription } from "./session-description.ts";

/** A browser's offer with video and many candidates stays under 10 kB. */
const MAX_SDP_LENGTH = 32_768;
const MAX_STREAMS = 8;
const MAX_CANDIDATES = 32;
const MAX_CRYPTO_LINES = 32;

const text = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1).max(512));
const port = z.int().min(0).max(65_535);
const payloadType = z.int().min(0).max(127);
const direction = z.enum(["sendrecv", "sendonly", "recvonly", "inactive"]);
const ipv4 = z.ipv4();
const connection = z.object({ version: z.number(), ip: text });
const fingerprint = z.object({ type: text, hash: text });
const setup = z.enum(["active", "passive", "actpass"]);

const stream = z.object({
  type: z.string().max(32),
  port,
  protocol: z.string().max(32),
  payloads: text.default(""),
  mid: text.optional(),
  connection: connection.optional(),
  direction: direction.optional(),
  rtp: z.array(z.object({ payload: payloadType, codec: z.string().max(64), rate: z.number().default(8000) })).max(128),
  rtcp: z.object({ port }).optional(),
  rtcpMux: z.string().optional(),
  iceUfrag: text.optional(),
  icePwd: text.optional(),
  fingerprint: fingerprint.optional(),
  setup: setup.optional(),
  crypto: z.array(z.unknown()).default([]),
  candidates: z
    .array(
      z.object({
        foundation: text,
        component: z.number(),
        transport: text,
        priority: z.number(),
        ip: text,
        port,
        type: text,
      }),
    )
    .default([]),
});

const session = z.object({
  origin: z.object({ username: text }),
  connection: connection.optional(),
  direction: direction.optional(),
  groups: z
    .array(z.object({ type: text, mids: text }))
    .max(8)
    .default([]),
  iceUfrag: text.optional(),
  icePwd: text.optional(),
  fingerprint: fingerprint.optional(),
  setup: setup.optional(),
  media: z.array(stream).min(1).max(MAX_STREAMS),
});

type Session = z.infer<typeof session>;
type Stream = z.infer<typeof stream>;

/** Static payload types that need no rtpmap (RFC 3551 §6). */
const STATIC_TYPES = new Map<number, DescribedCodec["codec"]>([
  [0, "pcmu"],
  [8, "pcma"],
  [9, "g722"],
]);

/** The same description is read a few times on the first stretch of its way: whether it can be answered, for its leg, for whoever is rung for it. */
const latest = new Map<string, MediaResult<{ session: SessionDescription }>>();
const mostLatest = 16;

export function readSession(sdp: string): MediaResult<{ session: SessionDescription }> {
  if (sdp.length > MAX_SDP_LENGTH) return refused("bad-sdp", `longer than ${MAX_SDP_LENGTH} characters`);
  const known = latest.get(sdp);
  if (known !== undefined) return known;
  const outcome = session.safeParse(parseLines(sdp));
  const read = outcome.success ? describe(outcome.data) : refused("bad-sdp", firstProblem(outcome.error));
  latest.set(sdp, read);
  const [oldest] = latest.keys();
  if (latest.size > mostLatest && oldest !== undefined) latest.delete(oldest);
  return read;
}

function describe(session: Session): MediaResult<{ session: SessionDescription }> {
  const audioIndex = session.media.findIndex(({ type, port }) => type === "audio" && port !== 0);
  const audio = session.media[audioIndex];
  if (audio === undefined) return refused("bad-sdp", "no audio stream that is switched on");
  const profile = profileOf(audio.protocol);
  if (profile === null) return refused("unsupported-transport", `audio over ${audio.protocol}`);
  const where = audio.connection ?? session.connection;
  if (where === undefined) return refused("bad-sdp", "no c= line");
  if (where.version !== 4 || !ipv4.safeParse(where.ip).success) {
    return refused("unsupported-transport", "the address is not a numeric IPv4 one");
  }
  const { codecs, events } = readFormats(audio);
  const security = readSecurity(session, audio);
  if (profile === "webrtc" && (security.ice === null || security.fingerprints.length === 0)) {
    return refused("bad-sdp", "DTLS-SRTP without ICE credentials or fingerprint");
  }
  const bundle = session.groups.find(({ type }) => type === "BUNDLE")?.mids.split(" ") ?? [];
  const description: SessionDescription = {
    profile,
    protocol: audio.protocol,
    audioIndex,
    places: session.media.map(({ type, protocol, payloads, mid }) => ({
      kind: type,
      protocol,
      formats: payloads,
      mid: mid ?? null,
    })),
    bundle,
    address: where.ip,
    port: audio.port,
    rtcpPort: audio.rtcp?.port ?? null,
    rtcpMux: audio.rtcpMux !== undefined,
    codecs,
    events,
    direction: effectiveDirection(audio.direction ?? session.direction ?? "sendrecv", where.ip, profile),
    ...security,
    crypto: readCryptoLines(audio.crypto.slice(0, MAX_CRYPTO_LINES)),
  };
  return { ok: true, session: description };
}

function readFormats(audio: Stream): { codecs: DescribedCodec[]; events: DescribedEvent[] } {
  const codecs: DescribedCodec[] = [];
  const events: DescribedEvent[] = [];
  for (const format of audio.payloads.split(" ").slice(0, 64)) {
    const number = payloadType.safeParse(Number(format));
    if (!number.success) continue;
    const mapped = audio.rtp.find(({ payload }) => payload === number.data);
    if (mapped !== undefined && mapped.codec.toLowerCase() === "telephone-event") {
      if (mapped.rate === 8000 || mapped.rate === 48_000) {
        if (!events.some(({ clockRate }) => clockRate === mapped.rate)) {
          events.push({ clockRate: mapped.rate, payloadType: number.data });
        }
      }
      continue;
    }
    const codec = mapped === undefined ? STATIC_TYPES.get(number.data) : codecNamed(mapped.codec, mapped.rate);
    if (codec === undefined || codec === null || codecs.some((known) => known.codec === codec)) continue;
    codecs.push({ codec, payloadType: number.data });
  }
  return { codecs, events };
}

function readSecurity(session: Session, audio: Stream): Pick<SessionDescription, "ice" | "fingerprints" | "setup"> {
  const usernameFragment = audio.iceUfrag ?? session.iceUfrag;
  const password = audio.icePwd ?? session.icePwd;
  const print = audio.fingerprint ?? session.fingerprint;
  // Names under .local are a browser's mDNS cover for its own address; its checks reach us and we learn the address from them (RFC 8445 §7.3.1.3).
  const usable = audio.candidates.filter(
    ({ component, transport, ip }) =>
      component === 1 && transport.toLowerCase() === "udp" && ipv4.safeParse(ip).success,
  );
  const candidates = usable
    .slice(0, MAX_CANDIDATES)
    .map((one) => `${one.foundation} 1 udp ${one.priority} ${one.ip} ${one.port} typ ${one.type}`);
  return {
    ice: usernameFragment === undefined || password === undefined ? null : { usernameFragment, password, candidates },
    fingerprints: print === undefined ? [] : [{ algorithm: print.type, value: print.hash }],
    setup: audio.setup ?? session.setup ?? null,
  };
}

function profileOf(protocol: string): SessionDescription["profile"] | null {
  if (/^(UDP\/)?TLS\/RTP\/SAVPF?$/.test(protocol)) return "webrtc";
  return /^RTP\/S?AVPF?$/.test(protocol) ? "rtp" : null;
}

/** The hold of RFC 2543: an address of zeros means "do not send to me" (RFC 3264 §8.4). A browser's `c=0.0.0.0` only says that ICE will tell. */
function effectiveDirection(
  declared: MediaDirection,
  address: string,
  profile: SessionDescription["profile"],
): MediaDirection {
  if (address !== "0.0.0.0" || profile === "webrtc") return declared;
  return declared === "sendrecv" || declared === "sendonly" ? "sendonly" : "inactive";
}

function parseLines(sdp: string): unknown {
  try {
    return parse(sdp);
  } catch {
    return null;
  }
}

function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? "not a session description" : `${issue.path.join(".")}: ${issue.message}`;
}

function refused(reason: MediaRefusal["reason"], detail: string): MediaRefusal {
  return { ok: false, reason, detail };
}
