/**
 * One leg as this side knows it: what its far end agreed to, where rtpengine listens for it, whom it is to hear, and whom rtpengine has it paired
 * with now. Pure bookkeeping; rtpengine-call.ts acts on it.
 */
import type { LegMedia, MediaDirection, MediaProfile } from "../../../application/media-port.ts";
import type { KeyMode } from "../../../domain/trunk/key-mode.ts";
import type { Announcement } from "./announcement.ts";
import { LegSession } from "../sdp/leg-session.ts";
import type { Agreement } from "../sdp/negotiate.ts";
import type { DtlsSetup, LocalEndpoint, SessionDescription } from "../sdp/session-description.ts";

/** The far end, once it has described itself. */
export type FarEnd = { remote: SessionDescription; agreed: Agreement; setup: DtlsSetup | null };

export type Speech = MediaProfile | "srtp";

export type RtpengineLeg = {
  readonly media: LegMedia;
  readonly profile: MediaProfile;
  readonly session: LegSession;
  /** Who made the newest offer that settled the ICE roles; rtpengine takes the roles from the direction of an offer. */
  offeredBy: "far-end" | "us";
  far: FarEnd | null;
  /** Of the newest description, epoch milliseconds: silence is counted from there. */
  describedAtMs: number;
  /** Where rtpengine receives; null until it has opened ports. */
  endpoint: LocalEndpoint | null;
  counterpart: RtpengineLeg | null;
  hears: "counterpart" | "music";
  /** As rtpengine has it. `outdated`: the same partner, but a description changed since. */
  pairing:
    | { with: "nobody" }
    | { with: "silence"; outdated: boolean }
    | { with: "leg"; leg: RtpengineLeg; outdated: boolean };
  /** What rtpengine does with the far end's audio while the leg is paired with another. `unknown`: as an earlier run of the box left it. */
  voice: "passed" | "blocked" | "unknown";
  /** The same for its keys. */
  keys: RtpengineLeg["voice"];
  /** Goes before what the leg hears otherwise. */
  announcement: Announcement | null;
  /** What rtpengine is playing to this leg. `unknown`: what an earlier run of the box began, which goes on without it. */
  playing: "nothing" | "music" | "unknown" | Announcement;
};

export function newLeg(media: LegMedia, profile: MediaProfile, keyMode: KeyMode = "rfc4733"): RtpengineLeg {
  const session = new LegSession(profile, null);
  session.bindKeys(keyMode);
  return {
    media,
    profile,
    session,
    offeredBy: "us",
    far: null,
    describedAtMs: Date.now(),
    endpoint: null,
    counterpart: null,
    hears: "counterpart",
    pairing: { with: "nobody" },
    voice: "passed",
    keys: "passed",
    announcement: null,
    playing: "nothing",
  };
}

/** Whom the leg is to be paired with; null while that cannot be said, because its far end has not described itself. */
export function wantedPartner(leg: RtpengineLeg): RtpengineLeg | "silence" | null {
  if (leg.far === null) return null;
  const { counterpart } = leg;
  if (counterpart === null || counterpart.far === null) return "silence";
  return isAway(leg) || isAway(counterpart) ? "silence" : counterpart;
}

/** Hears something that is not its counterpart, and is not heard meanwhile. */
function isAway({ hears, announcement }: RtpengineLeg): boolean {
  return hears === "music" || announcement !== null;
}

export function isPairedAsWanted(leg: RtpengineLeg): boolean {
  const { pairing } = leg;
  const wanted = wantedPartner(leg);
  if (wanted === null) return true;
  if (pairing.with === "nobody" || pairing.outdated) return false;
  return wanted === "silence" ? pairing.with === "silence" : pairing.with === "leg" && pairing.leg === wanted;
}

/** The far end has described itself. */
export function describe(leg: RtpengineLeg, far: FarEnd): void {
  leg.far = far;
  leg.describedAtMs = Date.now();
  markOutdated(leg);
}

/** How rtpengine has to speak to the far end; before that has answered, as it is offered. */
export function speechOf({ profile, far, session }: Pick<RtpengineLeg, "profile" | "far" | "session">): Speech {
  if (profile === "webrtc") return "webrtc";
  return (far === null ? session.offersKeys : far.agreed.farKey !== null) ? "srtp" : "rtp";
}

/** Neither of the two hears the other any more. */
export function part(leg: RtpengineLeg): void {
  if (leg.counterpart !== null) leg.counterpart.counterpart = null;
  leg.counterpart = null;
}

export function markOutdated(leg: RtpengineLeg): void {
  if (leg.pairing.with !== "nobody") leg.pairing = { ...leg.pairing, outdated: true };
}

/** rtpengine writes directions but does not act on them: what a far end that holds us shall not hear has to be blocked at its source. */
export function wantedVoice({ pairing }: RtpengineLeg): "passed" | "blocked" {
  if (pairing.with !== "leg" || pairing.leg.far === null) return "passed";
  return listens(pairing.leg.far.remote.direction) ? "passed" : "blocked";
}

/** Keys that the signalling says are heard by rtpengine and go no further. */
export function wantedKeys({ pairing }: RtpengineLeg): "passed" | "blocked" {
  return pairing.with === "leg" && pairing.leg.session.keyWay === "signalled" ? "blocked" : "passed";
}

/** Directions in which two far ends' wishes meet: what `one` is described with, so that the other's mirror of it is true as well. */
export function jointDirection(one: MediaDirection, other: MediaDirection): MediaDirection {
  const out = sends(one) && listens(other);
  const back = sends(other) && listens(one);
  if (out) return back ? "sendrecv" : "sendonly";
  return back ? "recvonly" : "inactive";
}

export function sends(direction: MediaDirection): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

function listens(direction: MediaDirection): boolean {
  return direction === "sendrecv" || direction === "recvonly";
}

/** Whether a new description of the far end keeps its ICE and DTLS identity and its ciphers, so that nothing has to be opened anew. */
export function isSamePath(known: Pick<FarEnd, "remote" | "agreed">, next: Pick<FarEnd, "remote" | "agreed">): boolean {
  const fingerprint = ({ remote }: typeof known): string | undefined => remote.fingerprints[0]?.value.toLowerCase();
  return (
    known.remote.ice?.usernameFragment === next.remote.ice?.usernameFragment &&
    known.remote.ice?.password === next.remote.ice?.password &&
    fingerprint(known) === fingerprint(next) &&
    known.agreed.farKey?.suite === next.agreed.farKey?.suite
  );
}
