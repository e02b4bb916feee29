/** Brings rtpengine to what the legs of a call are to hear now: first everyone who is to talk to nobody, then the pairs, then music. */
import { isPairedAsWanted, wantedKeys, wantedPartner, wantedVoice } from "./rtpengine-leg.ts";
import type { RtpengineLeg } from "./rtpengine-leg.ts";
import type { Pairing } from "./pairing.ts";
import type { Player } from "./player.ts";

export type ArrangementParts = {
  pairing: Pairing;
  player: Player;
  send(command: string, leg: RtpengineLeg): Promise<void>;
};

export class Arrangement {
  private readonly parts: ArrangementParts;

  constructor(parts: ArrangementParts) {
    this.parts = parts;
  }

  /** @throws MediaRefused */
  async bring(legs: readonly RtpengineLeg[]): Promise<void> {
    for (const leg of legs) {
      if (wantedPartner(leg) === "silence" && !isPairedAsWanted(leg)) await this.pairWithSilence(leg);
    }
    for (const leg of legs) {
      const partner = wantedPartner(leg);
      if (partner === null || partner === "silence") continue;
      if (!isPairedAsWanted(leg) || !isPairedAsWanted(partner)) await this.pairLegs(leg, partner);
    }
    for (const leg of legs) {
      await this.arrangeVoice(leg);
      await this.arrangeKeys(leg);
      await this.parts.player.arrange(leg);
    }
  }

  private async arrangeVoice(leg: RtpengineLeg): Promise<void> {
    const wanted = wantedVoice(leg);
    if (leg.far === null || leg.voice === wanted) return;
    await this.parts.send(wanted === "blocked" ? "block media" : "unblock media", leg);
    leg.voice = wanted;
  }

  private async arrangeKeys(leg: RtpengineLeg): Promise<void> {
    const wanted = wantedKeys(leg);
    if (leg.far === null || leg.keys === wanted) return;
    await this.parts.send(wanted === "blocked" ? "block DTMF" : "unblock DTMF", leg);
    leg.keys = wanted;
  }

  private async pairWithSilence(leg: RtpengineLeg): Promise<void> {
    if (leg.far === null) return;
    await this.parts.player.stop(leg);
    await this.parts.pairing.withSilence(leg, leg.far);
    leg.pairing = { with: "silence", outdated: false };
  }

  private async pairLegs(one: RtpengineLeg, other: RtpengineLeg): Promise<void> {
    const { player, pairing } = this.parts;
    await player.stop(one);
    await player.stop(other);
    await pairing.ofLegs(one, other);
    one.pairing = { with: "leg", leg: other, outdated: false };
    other.pairing = { with: "leg", leg: one, outdated: false };
  }
}
