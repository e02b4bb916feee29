/** Effects of one call on its media: who hears whom, music, announcements. */
import { conversationOf, partnerOf } from "../domain/call/conversation.ts";
import { promptsOfPlace } from "../domain/queue/announcement.ts";
import type { MediaEffect } from "../domain/call/call-effect.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { CallLeg } from "./call-media.ts";
import type { LegLanes } from "./leg-lanes.ts";
import type { EffectParts } from "./effect-parts.ts";
import { NewOffers } from "./offer-anew.ts";

type MediaParts = Pick<EffectParts, "media" | "signalling" | "clock" | "room" | "callId" | "current">;

export class MediaEffects {
  private readonly parts: MediaParts;
  private readonly lanes: LegLanes;
  private readonly newOffers: NewOffers;

  constructor(parts: MediaParts, lanes: LegLanes) {
    this.parts = parts;
    this.lanes = lanes;
    this.newOffers = new NewOffers(parts, lanes);
  }

  /** The call is over. */
  close(): void {
    this.newOffers.close();
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
      case "play-ringing":
        return this.lanes.run([effect.legId], () => media.playRinging(this.leg(effect.legId)), "ignore");
      case "announce":
        return this.lanes.run(
          [effect.legId],
          () => media.announce(this.leg(effect.legId), effect),
          "announcement-ended",
        );
      case "announce-place":
        return this.announcePlace(effect);
      case "renew-media":
        return this.renew(effect.legId);
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
    if (more.length === 0) this.lanes.run(legIds, () => this.join(one, other), "media-failed");
    else this.lanes.run(legIds, () => this.confer(legIds), "conference-failed");
  }

  /** A page that was rung before anybody knew whom it would talk to may have chosen a codec that a desk phone does not speak. */
  private async join(one: CallLeg, other: CallLeg): Promise<void> {
    for (const legId of await this.parts.media.connect(one, other)) this.renew(legId);
  }

  /** Who is not understood yet is re-INVITEd in its own time: the others need not wait. */
  private async confer(legIds: readonly LegId[]): Promise<void> {
    for (const legId of await this.parts.media.confer(this.legs(legIds))) this.narrow(legId);
  }

  private narrow(legId: LegId): void {
    const isConference = (): boolean => {
      const together = conversationOf(this.parts.current()) ?? [];
      return together.length > 2 && together.includes(legId);
    };
    this.newOffers.run({
      legId,
      wish: () => (isConference() ? { towards: null, audio: "telephone" } : null),
      refusal: "the far end took no G.711, which conferences need",
      consequence: "conference-failed",
    });
  }

  private renew(legId: LegId): void {
    const wish = () => {
      const partner = partnerOf(this.parts.current(), legId);
      // Conferences are mixed in G.711, and whoever waits will talk to somebody who speaks it.
      if (partner === null) return { towards: null, audio: "telephone" } as const;
      return { towards: { legId: partner, offer: null }, audio: "any" } as const;
    };
    const refusal = "the far end did not follow its media to another place";
    this.newOffers.run({ legId, wish, refusal, consequence: "media-failed" });
  }
}
