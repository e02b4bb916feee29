/**
 * Who must be re-INVITEd before two legs hear each other through a relay that does not transcode. Pure.
 *
 * Nobody, as long as what each sends is among what the other agreed to. Else one leg is narrowed to the other's codecs, the browser first: it
 * speaks everything and re-INVITEs to it cost nothing; if that cannot help, the other one; if neither, there is no shared codec.
 */
import { TELEPHONE_CODECS } from "../sdp/audio-codecs.ts";
import type { AudioCodec } from "../sdp/audio-codecs.ts";

export type Speaker<Id> = {
  id: Id;
  profile: "rtp" | "webrtc";
  /** Agreed codecs, best first. */
  codecs: readonly AudioCodec[];
  /** What it sends now. */
  sending: AudioCodec | null;
  /** Whether a new offer could bring it to one of these. */
  couldSpeak(codecs: readonly AudioCodec[]): boolean;
};

export function legsToRenegotiate<Id>(one: Speaker<Id>, other: Speaker<Id>): Id[] | "no-shared-codec" {
  // A leg that has not described itself yet will be offered what the other speaks.
  if (one.codecs.length === 0 || other.codecs.length === 0) return [];
  const lost = [one, other].filter((leg) => !hears(leg === one ? other : one, leg));
  const first = lost[0];
  if (first === undefined) return [];
  const shared = one.codecs.filter((codec) => other.codecs.includes(codec));
  // Whoever sends what the other cannot hear is narrowed to what both have.
  if (shared.length > 0) return lost.map(({ id }) => id);
  const [preferred, second] = one.profile === "webrtc" ? [one, other] : [other, one];
  if (preferred.couldSpeak(second.codecs)) return [preferred.id];
  return second.couldSpeak(preferred.codecs) ? [second.id] : "no-shared-codec";
}

/** Who must be re-INVITEd before it is understood in a conference, which is mixed in G.711. */
export function legsToNarrow<Id>(members: readonly Speaker<Id>[]): Id[] | "no-shared-codec" {
  const foreign = members.filter(({ codecs, sending }) => {
    const isUnderstood = sending === null || TELEPHONE_CODECS.includes(sending);
    return codecs.length > 0 && !isUnderstood;
  });
  return foreign.every((member) => member.couldSpeak(TELEPHONE_CODECS))
    ? foreign.map(({ id }) => id)
    : "no-shared-codec";
}

function hears<Id>(listener: Speaker<Id>, speaker: Speaker<Id>): boolean {
  return speaker.sending === null || listener.codecs.includes(speaker.sending);
}
