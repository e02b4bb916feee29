/**
 * Pairings at rtpengine. Every leg is a party of its own in one rtpengine call; an offer from one party to another followed by its answer makes
 * the two hear each other and parts them from whom they heard before, without a word to the far ends: ports, ICE and DTLS stay (`port latching`,
 * unchanged descriptions). A leg that talks to nobody is paired with a silent party of its own, which never sends and never wants anything sent.
 */
import type { Formats } from "../sdp/negotiate.ts";
import { mirrored } from "../sdp/negotiate.ts";
import type { LocalEndpoint } from "../sdp/session-description.ts";
import type { CallId } from "../../../domain/call/ids.ts";
import type { CryptoLine } from "../sdp/crypto-line.ts";
import { MediaRefused } from "../media-refused.ts";
import { codecNames, describeFarEnd, describeSilence, farFormats, readEndpoint, towards } from "./far-end.ts";
import type { NgMembers } from "./ng-client.ts";
import type { NgRequests } from "./ng-requests.ts";
import { jointDirection, speechOf } from "./rtpengine-leg.ts";
import type { FarEnd, RtpengineLeg, Speech } from "./rtpengine-leg.ts";

/** `inject DTMF` sends audio through rtpengine's codec engine, without which `play DTMF` has nothing to put a key into; so only where it is needed. */
const FLAGS = { plain: ["port latching"], injecting: ["port latching", "inject DTMF"] };

export type PairingSettings = { ng: NgRequests; advertisedAddress: string | null };

/** One side of an exchange: who it is at rtpengine, what it speaks, how rtpengine shall speak to it, and rtpengine's keys for it. */
type Party = { tag: string; sdp: string; speech: Speech; formats: Formats; own: readonly CryptoLine[] };

export function tagOf({ media }: RtpengineLeg): string {
  return media.legId;
}

export function silenceTagOf({ media }: RtpengineLeg): string {
  return `${media.legId}~silence`;
}

export class Pairing {
  private readonly settings: PairingSettings;
  private readonly callId: CallId;
  private flags: (typeof FLAGS)["plain"] = FLAGS.plain;

  constructor(callId: CallId, settings: PairingSettings) {
    this.callId = callId;
    this.settings = settings;
  }

  /** From the next exchanges on, keys can be put into the audio. */
  allowKeys(): void {
    this.flags = FLAGS.injecting;
  }

  get allowsKeys(): boolean {
    return this.flags === FLAGS.injecting;
  }

  /** Opens ports for a leg that we call. @throws MediaRefused */
  async openTowards(leg: RtpengineLeg, formats: Formats): Promise<LocalEndpoint> {
    const sdp = describeSilence({ formats, direction: "sendrecv" });
    const silence: Party = { tag: silenceTagOf(leg), sdp, speech: "rtp", formats, own: [] };
    return this.offer(silence, { tag: tagOf(leg), speech: speechOf(leg), formats, own: [] });
  }

  /** @throws MediaRefused */
  async withSilence(leg: RtpengineLeg, far: FarEnd): Promise<void> {
    const { direction } = far.remote;
    const party = partyOf(leg, far, direction);
    const sdp = describeSilence({ formats: party.formats, direction: mirrored(direction) });
    const silence: Party = { tag: silenceTagOf(leg), sdp, speech: "rtp", formats: party.formats, own: [] };
    if (leg.offeredBy === "far-end") {
      await this.offer(party, silence);
      this.settle(leg, await this.answer(party, silence));
      return;
    }
    if (leg.pairing.with !== "nobody") this.settle(leg, await this.offer(silence, party));
    await this.answer(silence, party);
  }

  /** @throws MediaRefused */
  async ofLegs(one: RtpengineLeg, other: RtpengineLeg): Promise<void> {
    const [from, to] = offersFirst(other, one) ? [other, one] : [one, other];
    if (from.far === null || to.far === null)
      throw new MediaRefused("unknown-leg", "a far end has not described itself");
    const direction = jointDirection(from.far.remote.direction, to.far.remote.direction);
    const offering = partyOf(from, from.far, direction);
    const answering = partyOf(to, to.far, mirrored(direction));
    this.settle(to, await this.offer(offering, answering));
    this.settle(from, await this.answer(offering, answering));
  }

  /** Offers what `from` speaks and opens towards `to`, where the endpoint is. */
  private async offer(from: Party, to: Omit<Party, "sdp">): Promise<LocalEndpoint> {
    return this.exchange("offer", {
      ...towards(to.speech, "offer", to.own),
      // We are the DTLS server whenever a browser lets us: its first packet comes when it is ready, ours would come before our answer.
      "DTLS-reverse": "passive",
      "from-tag": from.tag,
      "to-tag": to.tag,
      sdp: from.sdp,
      codec: { transcode: codecNames(to.formats) },
    });
  }

  /** The answer of `to`, which opens towards `from`. */
  private async answer(from: Party, to: Party): Promise<LocalEndpoint> {
    const { speech, own, tag } = from;
    return this.exchange("answer", {
      ...towards(speech, "answer", own),
      "from-tag": tag,
      "to-tag": to.tag,
      sdp: to.sdp,
    });
  }

  private async exchange(command: "offer" | "answer", members: NgMembers): Promise<LocalEndpoint> {
    const { ng, advertisedAddress } = this.settings;
    // The silent party's address of zeros would be passed on to the leg as where to send to.
    const replace = ["zero-address", "session-connection"];
    const sdp = await ng.describe({ ...members, replace, command, "call-id": this.callId, flags: this.flags });
    return readEndpoint(sdp, advertisedAddress);
  }

  /** First endpoint, or the same again, its keys as they are in use now. Another port means that rtpengine does not know the leg any more (it was started anew). */
  private settle(leg: RtpengineLeg, endpoint: LocalEndpoint): void {
    if (leg.endpoint !== null && leg.endpoint.port !== endpoint.port) {
      throw new MediaRefused("unknown-leg", `rtpengine moved leg ${leg.media.legId} to another port`);
    }
    leg.endpoint = { ...(leg.endpoint ?? endpoint), crypto: endpoint.crypto };
  }
}

function partyOf(leg: RtpengineLeg, far: FarEnd, direction: Parameters<typeof mirrored>[0]): Party {
  const formats = leg.session.keyWay === "signalled" ? withEvents(farFormats(far.agreed)) : farFormats(far.agreed);
  const own = leg.endpoint?.crypto ?? [];
  const sdp = describeFarEnd(far, { formats, direction }, own);
  return { tag: tagOf(leg), sdp, speech: speechOf(leg), formats, own };
}

/** rtpengine hears the keys of a leg only while its counterpart takes events. What it hears is blocked then, and never gets there. */
function withEvents({ codecs }: Formats): Formats {
  const taken = codecs.map(({ payloadType }) => payloadType);
  const free = [101, 96, 97].find((payloadType) => !taken.includes(payloadType)) ?? 127;
  return { codecs, events: [{ clockRate: 8000, payloadType: free }] };
}

/** The one that offered to us stays the offering side, so that ICE roles stay as they were; one that restarts ICE needs an answer. */
function offersFirst(leg: RtpengineLeg, other: RtpengineLeg): boolean {
  const isOpened = ({ profile, endpoint }: RtpengineLeg): boolean => profile === "rtp" || endpoint !== null;
  if (!isOpened(leg) || !isOpened(other)) return !isOpened(leg);
  return leg.offeredBy === "far-end" && other.offeredBy === "us";
}
