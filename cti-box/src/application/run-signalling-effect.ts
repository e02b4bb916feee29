/** Effects of one call on its legs' signalling. After each wait the call is looked at again, because the leg may have been given up meanwhile. */
import { findLeg } from "../domain/call/find-leg.ts";
import { answeredLeg, counterpartOf } from "../domain/call/legs.ts";
import type { Party } from "../domain/call/call-view.ts";
import { audioOfLeg, srtpOfLeg } from "./audio-of-leg.ts";
import { LateOffers } from "./late-offers.ts";
import { RemoteDescriptions, type AnswerInAck } from "./remote-descriptions.ts";
import { offersText } from "./text/offered-text.ts";
import type { SignallingEffect } from "../domain/call/call-effect.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { CallLeg, Counterpart } from "./call-media.ts";
import type { LegRules } from "./media-port.ts";
import type { LegLanes } from "./leg-lanes.ts";
import type { EffectParts } from "./effect-parts.ts";

export class SignallingEffects {
  private readonly parts: EffectParts;
  private readonly lanes: LegLanes;
  private readonly descriptions = new RemoteDescriptions();
  private readonly lateOffers: LateOffers;
  /** Legs the signalling knows. */
  private readonly signalled = new Set<LegId>();

  constructor(parts: EffectParts, lanes: LegLanes) {
    this.parts = parts;
    this.lanes = lanes;
    this.lateOffers = new LateOffers(parts, this.descriptions);
  }

  /** The far end of a leg described its media. */
  describe(legId: LegId, sdp: string, as: "offer" | "answer"): void {
    if (as === "offer") this.descriptions.offered(legId, sdp);
    else this.descriptions.answered(legId, sdp);
  }

  /** The far end of a leg sent a re-INVITE without an offer. */
  reinvitedWithoutOffer(legId: LegId): void {
    this.descriptions.offered(legId, null);
    this.lanes.run([legId], () => this.lateOffers.answerReinvite(legId), "ignore");
  }

  /** The ACK of an INVITE that came without an offer; null: it brought no answer, or the leg is over. */
  acknowledge(legId: LegId, answer: AnswerInAck | null): void {
    this.descriptions.acknowledged(legId, answer);
  }

  /** An incoming leg exists in the signalling already. `sdp` null: it came without an offer. */
  adopt(legId: LegId, sdp: string | null): void {
    this.signalled.add(legId);
    this.descriptions.offered(legId, sdp);
  }

  /** A leg that an earlier run of the box had set up; the media server knows what its far end speaks. */
  takeBack(legId: LegId): void {
    this.signalled.add(legId);
    this.descriptions.answered(legId, "");
  }

  run(effect: SignallingEffect): void {
    const { signalling } = this.parts;
    const { legId } = effect;
    switch (effect.type) {
      case "place-leg":
        return this.lanes.run([legId], () => this.placeLeg(effect), "leg-failed");
      case "answer-leg":
        return this.lanes.run([legId], () => this.answerLeg(legId, effect.connected), "media-failed");
      case "tell-connected":
        return this.tellConnected(legId, effect.parties);
      case "accept-answer":
        return this.lanes.run([legId], () => this.acceptAnswer(legId), "media-failed");
      case "answer-reinvite":
        return this.lanes.run([legId], () => this.answerReinvite(legId), "ignore");
      case "progress-leg":
        return this.lanes.run([legId], () => signalling.progressLeg(legId), "ignore");
      case "reject-leg":
        return this.lanes.run([legId], () => signalling.rejectLeg(legId, effect), "ignore");
      case "refuse-reinvite":
        return this.lanes.run([legId], () => signalling.refuseReinvite(legId, effect.status), "ignore");
      case "notify-referrer":
        return this.lanes.run([legId], () => signalling.notifyReferrer(legId, effect.status), "ignore");
      case "tell-handover":
        return this.lanes.run([legId], () => signalling.tellHandover(legId), "ignore");
      case "end-leg":
        // An answer that is still awaited would hold up the end.
        this.descriptions.acknowledged(legId, null);
        return this.lanes.run([legId], () => this.endLeg(effect), "leg-failed");
    }
  }

  private async placeLeg(effect: Extract<SignallingEffect, { type: "place-leg" }>): Promise<void> {
    const { legId, to, callId, contactId } = effect;
    const towards = await this.counterpart(legId);
    if (!this.isWanted(legId)) return;
    this.bindKeys(legId);
    const own = this.rulesOf(legId);
    const audio = to.kind === "trunk" && own.audio === "any" ? "telephone" : own.audio;
    const counterpartOffer = towards?.offer ?? null;
    const text = offersText(this.parts.current(), effect, { offers: this.parts, counterpartOffer });
    const order = { ...own, profile: effect.media, towards, audio, text };
    const sdp = await this.parts.media.createOffer(this.leg(legId), order);
    if (!this.isWanted(legId)) return;
    this.signalled.add(legId);
    const caller = this.parts.identityOf([effect.caller]);
    await this.parts.signalling.placeLeg({ legId, to, sdp, caller, callId, contactId });
  }

  /** Pages learn it from their card. */
  private tellConnected(legId: LegId, parties: readonly Party[]): void {
    const { signalling, identityOf } = this.parts;
    if (findLeg(this.parts.current(), legId)?.media === "webrtc") return;
    this.lanes.run([legId], () => signalling.tellConnected(legId, identityOf(parties)), "ignore");
  }

  private async answerLeg(legId: LegId, connected?: readonly Party[]): Promise<void> {
    const leg = answeredLeg(this.parts.current(), legId);
    if (leg === null) return undefined;
    this.bindKeys(legId);
    if (this.descriptions.kindOf(legId) === "awaited") return this.lateOffers.answerCall(leg);
    const offer = this.descriptions.sdpOf(legId);
    const sdp = await this.parts.media.answerOffer(this.leg(legId), offer, this.rulesOf(legId));
    const identity = connected === undefined ? null : this.parts.identityOf(connected);
    if (answeredLeg(this.parts.current(), legId) !== null) await this.parts.signalling.answerLeg(legId, sdp, identity);
    return undefined;
  }

  private async answerReinvite(legId: LegId): Promise<void> {
    const leg = findLeg(this.parts.current(), legId);
    if (leg === null) return;
    try {
      const rules = { ...this.rulesOf(legId), audio: "any" } as const;
      const sdp = await this.parts.media.answerOffer(this.leg(legId), this.descriptions.sdpOf(legId), rules);
      await this.parts.signalling.answerReinvite(legId, sdp);
    } catch (error) {
      await this.parts.signalling.refuseReinvite(legId, 488);
      throw error;
    }
  }

  /** A leg that was given up before its INVITE went out has no far end to wait for. */
  private async endLeg(effect: Extract<SignallingEffect, { type: "end-leg" }>): Promise<void> {
    if (this.signalled.has(effect.legId)) return this.parts.signalling.endLeg(effect.legId, effect.reason);
    this.parts.post({ type: "leg-ended", legId: effect.legId, how: "closed" });
    return undefined;
  }

  private async acceptAnswer(legId: LegId): Promise<void> {
    await this.parts.media.acceptAnswer(this.leg(legId), this.descriptions.sdpOf(legId));
  }

  private leg(legId: LegId): CallLeg {
    return { callId: this.parts.callId, legId };
  }

  /** What the media server learns from an answer it learns in the leg's lane: that has to be over first. */
  private async counterpart(of: LegId): Promise<Counterpart | null> {
    const legId = counterpartOf(this.parts.current(), of);
    const kind = this.descriptions.kindOf(legId);
    if (kind === "offer") this.bindKeys(legId);
    if (kind === "offer") return { legId, offer: this.descriptions.sdpOf(legId), ...this.rulesOf(legId) };
    if (kind === null) return null;
    await this.lanes.free(legId);
    return this.descriptions.kindOf(legId) === "answer" ? { legId, offer: null } : null;
  }

  /** Before the leg is described. */
  private bindKeys(legId: LegId | null): void {
    const peer = legId === null ? undefined : findLeg(this.parts.current(), legId)?.peer;
    if (legId === null || peer?.kind !== "trunk") return;
    this.parts.media.keysBy(this.leg(legId), this.parts.keyModeOfTrunk(peer.name));
  }

  private rulesOf(legId: LegId): Required<LegRules> {
    const { codecsOfTrunk, srtpOfTrunk } = this.parts;
    const call = this.parts.current();
    return { audio: audioOfLeg(call, legId, codecsOfTrunk), srtp: srtpOfLeg(call, legId, srtpOfTrunk) };
  }

  private isWanted(legId: LegId): boolean {
    return ["trying", "alerting"].includes(findLeg(this.parts.current(), legId)?.state.kind ?? "gone");
  }
}
