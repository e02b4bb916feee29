/**
 * The text stream of a session description (RFC 4103 §10): `m=text` with `t140/1000`, and `red/1000` against loss. The rest of the description belongs to the server that
 * carries the audio; this reads and writes the one line of the text at its place. Far ends' descriptions are untrusted.
 */
import { parse } from "sdp-transform";
import { z } from "zod";
import type { MediaDirection } from "../../../application/media-port.ts";
import type { TextFormats } from "./text-sender.ts";

export type DescribedText = {
  /** Which m-line of the description. */
  place: number;
  protocol: string;
  /** Where the far end receives: IPv4 address and port. */
  address: string;
  port: number;
  /** The far end's own direction. */
  direction: MediaDirection;
  formats: TextFormats;
};
export type LocalText = Pick<DescribedText, "address" | "port" | "direction" | "protocol"> & {
  formats: Pick<TextFormats, "t140" | "red">;
};

/** RFC 4103 §6: what is read where nothing else is said. */
const DEFAULT_CHARACTERS_PER_SECOND = 30;
const MAX_CHARACTERS_PER_SECOND = 1000;
/** Earlier packets that ours repeat (RFC 4103 §4). */
const GENERATIONS = 2;
/** What we offer. */
export const OFFERED_FORMATS = { t140: 98, red: { payloadType: 100, generations: GENERATIONS } };

const direction = z.enum(["sendrecv", "sendonly", "recvonly", "inactive"]);
const payloadType = z.int().min(0).max(127);
const connection = z.object({ version: z.literal(4), ip: z.ipv4() });
const description = z.object({
  connection: z.unknown(),
  direction: direction.optional(),
  media: z.array(z.unknown()).max(8),
});
const textLine = z.object({
  type: z.literal("text"),
  port: z.int().min(1).max(65_535),
  protocol: z.string().regex(/^RTP\/AVPF?$/),
  payloads: z.union([z.string().max(256), z.number()]).transform(String),
  connection: connection.optional(),
  direction: direction.optional(),
  rtp: z.array(z.object({ payload: payloadType, codec: z.string().max(64), rate: z.number().optional() })).max(32),
  fmtp: z
    .array(z.object({ payload: z.number(), config: z.string().max(256) }))
    .max(32)
    .default([]),
});
type TextLine = z.infer<typeof textLine>;

/** The stream at this place, or with null the first one that we can agree to; null where there is none, it is switched off, encrypted, or in unknown formats. */
export function readText(sdp: string, place: number | null): DescribedText | null {
  const session = description.safeParse(parseLines(sdp)).data;
  if (session === undefined) return null;
  for (const [index, media] of session.media.entries()) {
    if (place !== null && place !== index) continue;
    const line = textLine.safeParse(media).data;
    const where = line?.connection ?? connection.safeParse(session.connection).data;
    const formats = line === undefined ? null : formatsOf(line);
    if (line === undefined || where === undefined || formats === null) continue;
    return {
      place: index,
      protocol: line.protocol,
      address: where.ip,
      port: line.port,
      direction: effectiveDirection(line.direction ?? session.direction ?? "sendrecv", where.ip),
      formats,
    };
  }
  return null;
}

/** Text goes in the clear, so only beside audio that does. */
export function hasPlainAudio(sdp: string): boolean {
  const audio = sectionsOf(sdp).find((section) => /^m=audio [1-9]\d* RTP\/AVPF? /.test(section));
  return audio !== undefined && !/^a=crypto:/m.test(audio);
}

/** How many m-lines there are: the place of one more. */
export function placesIn(sdp: string): number {
  return sectionsOf(sdp).length - 1;
}

/** A description of ours with the text at its place, where so far there is a refused stream, or nothing. Null: switched off. */
export function withTextAt(sdp: string, place: number, text: LocalText | null): string {
  const sections = sectionsOf(sdp);
  const known = sections[place + 1];
  if (known === undefined && place !== sections.length - 1) return sdp;
  if (text === null) return known === undefined ? `${sdp}${lines(["m=text 0 RTP/AVP 98", "a=inactive"])}` : sdp;
  const mid = known?.match(/^a=mid:.*$/m)?.[0].trimEnd();
  sections[place + 1] = lines(mid === undefined ? textLines(text) : [...textLines(text), mid]);
  return sections.join("");
}

function textLines({ address, port, direction: ours, protocol, formats: { t140, red } }: LocalText): string[] {
  return [
    `m=text ${port} ${protocol} ${red === null ? "" : `${red.payloadType} `}${t140}`,
    `c=IN IP4 ${address}`,
    ...(red === null
      ? []
      : [
          `a=rtpmap:${red.payloadType} red/1000`,
          `a=fmtp:${red.payloadType} ${Array.from({ length: red.generations + 1 }, () => t140).join("/")}`,
        ]),
    `a=rtpmap:${t140} t140/1000`,
    `a=${ours}`,
  ];
}

function formatsOf({ rtp, fmtp, payloads }: TextLine): TextFormats | null {
  const listed = payloads.split(" ");
  const named = (name: string): number[] =>
    rtp
      .filter(({ codec, rate }) => codec.toLowerCase() === name && rate === 1000)
      .map(({ payload }) => payload)
      .filter((type) => listed.includes(String(type)));
  const configOf = (type: number): string => fmtp.find(({ payload }) => payload === type)?.config ?? "";
  const [t140] = named("t140");
  if (t140 === undefined) return null;
  const reds = named("red").map((type) => ({ payloadType: type, generations: generationsOf(configOf(type), t140) }));
  const wanted = /(?:^|[;\s])cps=(\d{1,6})(?:$|[;\s])/i.exec(configOf(t140))?.[1];
  const charactersPerSecond = wanted === undefined ? DEFAULT_CHARACTERS_PER_SECOND : Number(wanted);
  return {
    t140,
    red: reds.find(({ generations }) => generations > 0) ?? null,
    charactersPerSecond: Math.min(Math.max(charactersPerSecond, 1), MAX_CHARACTERS_PER_SECOND),
  };
}

/** `98/98/98` is what is new and two generations. Redundancy of something else than the text is none. Nothing said: what everybody has. */
function generationsOf(config: string, t140: number): number {
  if (config === "") return GENERATIONS;
  const types = config.trim().split("/");
  return types.every((type) => Number(type) === t140) ? Math.min(types.length - 1, GENERATIONS) : 0;
}

/** An address of zeros means "do not send to me" (RFC 3264 §8.4). */
function effectiveDirection(declared: MediaDirection, address: string): MediaDirection {
  if (address !== "0.0.0.0") return declared;
  return declared === "sendrecv" || declared === "sendonly" ? "sendonly" : "inactive";
}

/** What goes before the first m-line, then one section for each. */
function sectionsOf(sdp: string): string[] {
  return sdp.split(/^(?=m=)/m);
}

function lines(each: readonly string[]): string {
  return `${each.join("\r\n")}\r\n`;
}

function parseLines(sdp: string): unknown {
  try {
    return parse(sdp);
  } catch {
    return null;
  }
}
