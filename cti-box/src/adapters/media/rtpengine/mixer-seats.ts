/**
 * Conferences at rtpengine, which does not mix (10.5, Debian 12): each leg is paired with a seat, a plain party in G.711 whose audio goes to a
 * mixer of the box itself. rtpengine ends DTLS and translates codecs as in any pairing, so nobody is described anew. Two legs with SRTP meet there too.
 *
 *   far end ⇄ rtpengine (leg ⇄ its seat) ⇄ mixer in the box ⇄ rtpengine (seat ⇄ leg) ⇄ far end
 */
import type { LegMedia, MediaResult, AudioServer } from "../../../application/media-port.ts";
import type { LegId } from "../../../domain/call/ids.ts";
import { MediaRefused } from "../media-refused.ts";
import { agreeToOffer } from "../sdp/negotiate.ts";
import { readSession } from "../sdp/read-session.ts";
import { breakOff } from "./announcement.ts";
import { describe, newLeg, part } from "./rtpengine-leg.ts";
import type { RtpengineLeg } from "./rtpengine-leg.ts";

export type Mixer = Pick<AudioServer, "makeOffer" | "acceptAnswer" | "connect" | "confer" | "closeLeg">;

export class MixerSeats {
  /** Opened when it is first needed. */
  private readonly mixer: () => Mixer;
  private readonly seats = new Set<RtpengineLeg>();
  private count = 0;

  constructor(mixer: () => Mixer) {
    this.mixer = mixer;
  }

  /** Arranged like legs: a seat whose leg hears something else is paired with silence. */
  get taken(): readonly RtpengineLeg[] {
    return [...this.seats];
  }

  /** From now on each of the legs is to be paired with a seat of its own. @throws MediaRefused, also when a leg is not there any more */
  async seat(legs: readonly RtpengineLeg[], mustStillBe: (leg: RtpengineLeg) => void): Promise<RtpengineLeg[]> {
    const seats: RtpengineLeg[] = [];
    for (const leg of legs) {
      const seat = await this.take(leg);
      mustStillBe(leg);
      part(leg);
      breakOff(leg);
      Object.assign(leg, { hears: "counterpart", counterpart: seat });
      seat.counterpart = leg;
      seats.push(seat);
    }
    return seats;
  }

  private async take(leg: RtpengineLeg): Promise<RtpengineLeg> {
    this.count += 1;
    const media = { ...leg.media, legId: `${leg.media.legId}~seat-${this.count}` as LegId };
    const { offerSdp } = done(await this.mixer().makeOffer(media, { profile: "rtp", audio: "telephone" }));
    const read = readSession(offerSdp);
    if (!read.ok) throw new MediaRefused(read.reason, read.detail);
    const seat = newLeg(media, "rtp");
    describe(seat, {
      remote: read.session,
      agreed: { ...agreeToOffer(read.session, null), farKey: null },
      setup: null,
    });
    // The leg keeps its side in the exchange, and with it its role in ICE.
    seat.offeredBy = leg.offeredBy === "us" ? "far-end" : "us";
    this.seats.add(seat);
    return seat;
  }

  /** The seats are paired with their legs: the mixer is told where rtpengine listens. @throws MediaRefused */
  async begin(seats: readonly RtpengineLeg[]): Promise<void> {
    for (const { media, far, endpoint, session } of seats) {
      if (far === null || endpoint === null) throw new MediaRefused("media-server-refused", "no ports were opened");
      const answer = session.answered(far.remote, far.agreed, endpoint);
      done(await this.mixer().acceptAnswer(media, answer));
    }
    const [one, other, ...more] = seats.map(({ media }) => media);
    if (one === undefined || other === undefined) return;
    if (more.length > 0) done(await this.mixer().confer([one, other, ...more]));
    else done(await this.mixer().connect(one, other));
  }

  /** Gives up the seats whose legs have left, and says which they were. Never throws. */
  async clear(): Promise<LegMedia[]> {
    const empty = [...this.seats].filter((seat) => seat.counterpart === null);
    for (const seat of empty) {
      this.seats.delete(seat);
      await this.mixer().closeLeg(seat.media);
    }
    return empty.map(({ media }) => media);
  }
}

function done<T>(result: MediaResult<T>): T {
  if (result.ok) return result;
  throw new MediaRefused(result.reason, `mixer: ${result.detail}`);
}
