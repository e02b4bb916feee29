/**
 * Effects of one call, done with the ports. Effects on the same leg run one after the other in the order given, effects on different legs
 * overlap: ringing an operator never waits for the caller's leg. After each wait the call is looked at again, because the leg may have been
 * given up meanwhile. Every failure of a port comes back to the call as an event.
 */
import { partnerOf } from "../domain/call/settle.ts";
import { answeredLeg, counterpartOf, findLeg } from "../domain/call/legs.ts";
import { OfficeEffects, type OfficeEffectParts } from "./run-office-effect.ts";
import { LateOffers } from "./late-offers.ts";
import { RemoteDescriptions, type AnswerInAck } from "./remote-descriptions.ts";
import { promptsOfPlace } from "../domain/queue/announcement.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallEffect, MediaEffect, SignallingEffect } from "../domain/call/call-effect.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { PostedEvent } from "./call-runner.ts";
import type { CallLeg, CallMedia, Counterpart } from "./call-media.ts";
import type { CallSignalling, Clock, Log } from "./ports.ts";

export type EffectParts = {
  signalling: Pick<
    CallSignalling,
    | "placeLeg"
    | "progressLeg"
    | "answerLeg"
    | "rejectLeg"
    | "endLeg"
    | "answerReinvite"
    | "refuseReinvite"
    | "notifyReferrer"
    | "tellHandover"
  >;
  media: CallMedia;
  clock: Clock;
  log: Log;
  room: OfficeEffectParts["room"];
  callId: Call["callId"];
  /** The call as it is now. */
  current(): Call;
  post(event: PostedEvent): void;
};

/** What the call is told when a port fails. */
type Consequence = "leg-failed" | "media-failed" | "announcement-ended" | "ignore";

export class CallEffectRunner {
  private readonly parts: EffectParts;
  private readonly lanes = new Map<LegId, Promise<void>>();
  private readonly office: OfficeEffects;
  private readonly descriptions = new RemoteDescriptions();
  private readonly lateOffers: LateOffers;
  /** Legs the signalling knows. */
  private readonly signalled = new Set<LegId>();

  constructor(parts: EffectParts) {
    this.parts = parts;
    this.office = new OfficeEffects(parts);
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
    this.inLane([legId], () => this.lateOffers.answerReinvite(legId), "ignore");
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

  run(effects: readonly CallEffect[]): void {
    for (const effect of effects) this.runOne(effect);
  }

  /** DTMF that came as INFO: to whoever hears this leg now. */
  relayDigit(legId: LegId, digit: { digit: string; durationMs: number }): void {
    const other = partnerOf(this.parts.current(), legId);
    if (other === null) return;
    this.inLane([other], () => this.parts.media.sendDtmf(this.leg(other), digit), "ignore");
  }

  /** Resolves when nothing is under way; with what should not be there any more, by name. */
  async leftovers(): Promise<string[]> {
    while (this.lanes.size > 0) await Promise.all(this.lanes.values());
    return this.office.runningTimers().map((timer) => `timer ${timer}`);
  }

  /** Stops the timers of a call that is given up. */
  close(): void {
    this.office.close();
  }

  private runOne(effect: CallEffect): void {
    switch (effect.type) {
      case "publish":
        return;
      case "connect-media":
      case "disconnect-media":
      case "start-music":
      case "stop-music":
      case "announce":
      case "announce-place":
      case "release-media":
        return this.runMedia(effect);
      case "start-timer":
      case "stop-timer":
      case "join-queue":
      case "leave-queue":
      case "engage-operator":
      case "release-operator":
        return this.office.run(effect);
      case "place-leg":
      case "progress-leg":
      case "answer-leg":
      case "reject-leg":
      case "end-leg":
      case "accept-answer":
      case "answer-reinvite":
      case "refuse-reinvite":
      case "notify-referrer":
      case "tell-handover":
        return this.runSignalling(effect);
    }
  }

  private runSignalling(effect: SignallingEffect): void {
    const { signalling } = this.parts;
    const { legId } = effect;
    switch (effect.type) {
      case "place-leg":
        return this.inLane([legId], () => this.placeLeg(effect), "leg-failed");
      case "answer-leg":
        return this.inLane([legId], () => this.answerLeg(legId), "media-failed");
      case "accept-answer":
        return this.inLane([legId], () => this.acceptAnswer(legId), "media-failed");
      case "answer-reinvite":
        return this.inLane([legId], () => this.answerReinvite(legId), "ignore");
      case "progress-leg":
        return this.inLane([legId], () => signalling.progressLeg(legId), "ignore");
      case "reject-leg":
        return this.inLane([legId], () => signalling.rejectLeg(legId, effect), "ignore");
      case "refuse-reinvite":
        return this.inLane([legId], () => signalling.refuseReinvite(legId, effect.status), "ignore");
      case "notify-referrer":
        return this.inLane([legId], () => signalling.notifyReferrer(legId, effect.status), "ignore");
      case "tell-handover":
        return this.inLane([legId], () => signalling.tellHandover(legId), "ignore");
      case "end-leg":
        // An answer that is still awaited would hold up the end.
        this.descriptions.acknowledged(legId, null);
        return this.inLane([legId], () => this.endLeg(effect), "leg-failed");
    }
  }

  private async placeLeg(effect: Extract<SignallingEffect, { type: "place-leg" }>): Promise<void> {
    const { legId, to, caller, callId, contactId } = effect;
    const towards = await this.counterpart(legId);
    if (!this.isWanted(legId)) return;
    const audio = this.parts.current().direction === "out" ? "telephone" : "any";
    const sdp = await this.parts.media.createOffer(this.leg(legId), { profile: effect.media, towards, audio });
    if (!this.isWanted(legId)) return;
    this.signalled.add(legId);
    await this.parts.signalling.placeLeg({ legId, to, sdp, caller, callId, contactId });
  }

  private async answerLeg(legId: LegId): Promise<void> {
    const leg = answeredLeg(this.parts.current(), legId);
    if (leg === null) return undefined;
    if (this.descriptions.kindOf(legId) === "awaited") return this.lateOffers.answerCall(leg);
    const sdp = await this.parts.media.answerOffer(this.leg(legId), this.descriptions.sdpOf(legId));
    if (answeredLeg(this.parts.current(), legId) !== null) await this.parts.signalling.answerLeg(legId, sdp);
    return undefined;
  }

  private async answerReinvite(legId: LegId): Promise<void> {
    const leg = findLeg(this.parts.current(), legId);
    if (leg === null) return;
    try {
      const sdp = await this.parts.media.answerOffer(this.leg(legId), this.descriptions.sdpOf(legId));
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

  private runMedia(effect: MediaEffect): void {
    const { media } = this.parts;
    switch (effect.type) {
      case "connect-media":
        return this.inLane(effect.legIds, () => media.connect(...this.pair(effect.legIds)), "media-failed");
      case "disconnect-media":
        return this.inLane(effect.legIds, () => media.disconnect(...this.pair(effect.legIds)), "ignore");
      case "start-music":
        return this.inLane([effect.legId], () => media.startMusic(this.leg(effect.legId)), "ignore");
      case "stop-music":
        return this.inLane([effect.legId], () => media.stopMusic(this.leg(effect.legId)), "ignore");
      case "announce":
        return this.inLane([effect.legId], () => media.announce(this.leg(effect.legId), effect), "announcement-ended");
      case "announce-place":
        return this.announcePlace(effect);
      case "release-media":
        return this.inLane([effect.legId], () => media.release(this.leg(effect.legId)), "ignore");
    }
  }

  /** Whoever is being rung for meanwhile has no place to be told of. */
  private announcePlace({ legId, language }: Extract<MediaEffect, { type: "announce-place" }>): void {
    const place = this.parts.room.placeOf(this.parts.callId);
    if (place === null) return;
    const announcement = { prompts: promptsOfPlace(place), language };
    this.inLane([legId], () => this.parts.media.announce(this.leg(legId), announcement), "ignore");
  }

  /** Queues work behind what these legs still have to do. `onFailure`: the event the call gets when the port fails. */
  private inLane(legIds: readonly LegId[], work: () => Promise<void>, onFailure: Consequence): void {
    const earlier = legIds.map((legId) => this.lanes.get(legId)).filter((lane) => lane !== undefined);
    const started = earlier.length === 0 ? attempt(work) : Promise.all(earlier).then(work);
    const lane = started.catch((error: unknown) => this.portFailed(legIds, error, onFailure));
    for (const legId of legIds) this.lanes.set(legId, lane);
    void lane.finally(() => {
      for (const legId of legIds) if (this.lanes.get(legId) === lane) this.lanes.delete(legId);
    });
  }

  private portFailed(legIds: readonly LegId[], error: unknown, onFailure: Consequence): void {
    const { callId } = this.parts;
    this.parts.log.warn({ callId, legIds, error: String(error), consequence: onFailure }, "a port failed");
    const legId = legIds.at(-1);
    if (legId === undefined || onFailure === "ignore") return;
    if (onFailure === "announcement-ended") this.parts.post({ type: "announcement-ended", legId });
    else if (onFailure === "media-failed") this.parts.post({ type: "media-failed", legId });
    else this.parts.post({ type: "leg-failed", legId, status: 500, q850: null });
  }

  private async acceptAnswer(legId: LegId): Promise<void> {
    await this.parts.media.acceptAnswer(this.leg(legId), this.descriptions.sdpOf(legId));
  }

  private leg(legId: LegId): CallLeg {
    return { callId: this.parts.callId, legId };
  }

  private pair([one, other]: readonly [LegId, LegId]): [CallLeg, CallLeg] {
    return [this.leg(one), this.leg(other)];
  }

  /** What the media server learns from an answer it learns in the leg's lane: that has to be over first. */
  private async counterpart(of: LegId): Promise<Counterpart | null> {
    const legId = counterpartOf(this.parts.current(), of);
    const kind = this.descriptions.kindOf(legId);
    if (kind === "offer") return { legId, offer: this.descriptions.sdpOf(legId) };
    if (kind === null) return null;
    await this.lanes.get(legId);
    return this.descriptions.kindOf(legId) === "answer" ? { legId, offer: null } : null;
  }

  private isWanted(legId: LegId): boolean {
    return ["trying", "alerting"].includes(findLeg(this.parts.current(), legId)?.state.kind ?? "gone");
  }
}

/** Starts at once, also when the work throws before its first wait. */
async function attempt(work: () => Promise<void>): Promise<void> {
  await work();
}
