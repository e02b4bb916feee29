/** Effects of one call on its media: who hears whom, music, announcements. */
import { partnerOf } from "../domain/call/settle.ts";
import { promptsOfPlace } from "../domain/queue/announcement.ts";
import type { MediaEffect } from "../domain/call/call-effect.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { CallLeg } from "./call-media.ts";
import type { LegLanes } from "./leg-lanes.ts";
import type { EffectParts } from "./effect-parts.ts";

export class MediaEffects {
  private readonly parts: Pick<EffectParts, "media" | "room" | "callId" | "current">;
  private readonly lanes: LegLanes;

  constructor(parts: Pick<EffectParts, "media" | "room" | "callId" | "current">, lanes: LegLanes) {
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
        return this.lanes.run(effect.legIds, () => media.connect(...this.pair(effect.legIds)), "media-failed");
      case "disconnect-media":
        return this.lanes.run(effect.legIds, () => media.disconnect(...this.pair(effect.legIds)), "ignore");
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
      case "release-media":
        return this.lanes.run([effect.legId], () => media.release(this.leg(effect.legId)), "ignore");
    }
  }

  /** Whoever is being rung for meanwhile has no place to be told of. */
  private announcePlace({ legId, language }: Extract<MediaEffect, { type: "announce-place" }>): void {
    const place = this.parts.room.placeOf(this.parts.callId);
    if (place === null) return;
    const announcement = { prompts: promptsOfPlace(place), language };
    this.lanes.run([legId], () => this.parts.media.announce(this.leg(legId), announcement), "ignore");
  }

  private leg(legId: LegId): CallLeg {
    return { callId: this.parts.callId, legId };
  }

  private pair([one, other]: readonly [LegId, LegId]): [CallLeg, CallLeg] {
    return [this.leg(one), this.leg(other)];
  }
}
