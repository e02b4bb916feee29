/** Effects of one call on its media: who hears whom, music, announcements. */
import { partnerOf } from "../domain/call/settle.ts";
import { answeredLeg } from "../domain/call/legs.ts";
import { promptsOfPlace } from "../domain/queue/announcement.ts";
import type { MediaEffect } from "../domain/call/call-effect.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { CallLeg } from "./call-media.ts";
import type { LegLanes } from "./leg-lanes.ts";
import type { EffectParts } from "./effect-parts.ts";

const longestReinviteMs = 4000;

type MediaParts = Pick<EffectParts, "media" | "signalling" | "clock" | "room" | "callId" | "current">;

export class MediaEffects {
  private readonly parts: MediaParts;
  private readonly lanes: LegLanes;

  constructor(parts: MediaParts, lanes: LegLanes) {
    this.parts = parts;
    this.lanes = lanes;
  }

  /** DTMF that came as INFO: to whoever hears this leg now. */
  relayDigit(legId: LegId, digit: { digit: string; durationMs: number }): void {
    const other = partnerOf(this.parts.current(), legId);
    if (other === null) return;
    this.lanes.run([other], () => this.parts.media.sendDtmf(this.leg(other), digit), "ignore");
  }

  run(effect: MediaEffect): void {
    const { media } = this.parts;
    switch (effect.type) {
      case "connect-media":
        return this.connect(effect.legIds);
      case "disconnect-media":
        return this.lanes.run(effect.legIds, () => media.disconnect(this.legs(effect.legIds)), "ignore");
      case "start-music":
        return this.lanes.run([effect.legId], () => media.startMusic(this.leg(effect.legId)), "ignore");
      case "stop-music":
        return this.lanes.run([effect.legId], () => media.stopMusic(this.leg(effect.legId)), "ignore");
      case "announce":
        return this.lanes.run(
          [effect.legId],
          () => media.announce(this.leg(effect.legId), effect),
          "announcement-ended",
        );
      case "announce-place":
        return this.announcePlace(effect);
      case "renew-media":
        return this.lanes.run([effect.legId], () => this.renew(effect.legId), "media-failed");
      case "release-media":
        return this.lanes.run([effect.legId], () => media.release(this.leg(effect.legId)), "ignore");
    }
  }

  /** Whoever is being rung for meanwhile has no place to be told of. */
  private announcePlace({ legId, language, andThen }: Extract<MediaEffect, { type: "announce-place" }>): void {
    const place = this.parts.room.placeOf(this.parts.callId);
    if (place === null) return;
    const announcement = { prompts: [...promptsOfPlace(place), ...(andThen ?? [])], language };
    this.lanes.run([legId], () => this.parts.media.announce(this.leg(legId), announcement), "ignore");
  }

  private leg(legId: LegId): CallLeg {
    return { callId: this.parts.callId, legId };
  }

  private legs(legIds: readonly LegId[]): CallLeg[] {
    return legIds.map((legId) => this.leg(legId));
  }

  private connect(legIds: readonly LegId[]): void {
    const [one, other, ...more] = this.legs(legIds);
    if (one === undefined || other === undefined) return;
    if (more.length === 0) this.lanes.run(legIds, () => this.parts.media.connect(one, other), "media-failed");
    else this.lanes.run(legIds, () => this.confer(legIds), "conference-failed");
  }

  /** Who is not understood yet is re-INVITEd in its own time: the others need not wait. */
  private async confer(legIds: readonly LegId[]): Promise<void> {
    for (const legId of await this.parts.media.confer(this.legs(legIds)))
      this.lanes.run([legId], () => this.narrow(legId), "conference-failed");
  }

  private async narrow(legId: LegId): Promise<void> {
    await this.offerAnew(
      legId,
      { towards: null, audio: "telephone" },
      "the far end took no G.711, which conferences need",
    );
  }

  private async renew(legId: LegId): Promise<void> {
    const partner = partnerOf(this.parts.current(), legId);
    const towards = partner === null ? null : { legId: partner, offer: null };
    await this.offerAnew(legId, { towards, audio: "any" }, "the far end did not follow its media to another place");
  }

  /** A re-INVITE with a fresh offer. @throws Error with `refusal` when it is refused, or not answered in time */
  private async offerAnew(
    legId: LegId,
    what: Omit<Parameters<MediaParts["media"]["createOffer"]>[1], "profile">,
    refusal: string,
  ): Promise<void> {
    const { media, signalling } = this.parts;
    const leg = answeredLeg(this.parts.current(), legId);
    if (leg === null) return;
    const sdp = await media.createOffer(this.leg(legId), { profile: leg.media, ...what });
    const answer = await this.within(longestReinviteMs, signalling.renegotiateLeg(legId, sdp));
    if (answeredLeg(this.parts.current(), legId) === null) return;
    if (answer === null) throw new Error(refusal);
    await media.acceptAnswer(this.leg(legId), answer);
  }

  /** A phone that does not answer must not hold up what else its leg has to do. */
  private async within<T>(ms: number, answer: Promise<T | null>): Promise<T | null> {
    let stop = (): void => undefined;
    const late = new Promise<null>((resolve) => {
      stop = this.parts.clock.after(ms, () => resolve(null));
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      stop();
    }
  }
}
