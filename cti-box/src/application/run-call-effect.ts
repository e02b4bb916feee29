/**
 * Effects of one call, done with the ports. Effects on the same leg run one after the other in the order given, effects on different legs
 * overlap: ringing an operator never waits for the caller's leg. After each wait the call is looked at again, because the leg may have been
 * given up meanwhile. Every failure of a port comes back to the call as an event.
 */
import { conversationOf } from "../domain/call/settle.ts";
import { counterpartOf, findLeg } from "../domain/call/legs.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallEffect, MediaEffect, OfficeEffect, SignallingEffect } from "../domain/call/call-effect.ts";
import type { TimerName } from "../domain/call/call-event.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";
import type { WaitingCall } from "../domain/queue/waiting-line.ts";
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
  >;
  media: CallMedia;
  clock: Clock;
  log: Log;
  room: {
    joinLine(waiting: WaitingCall): void;
    leaveLine(callId: Call["callId"]): void;
    engage(operatorId: OperatorId, callId: Call["callId"], activity: "ringing" | "on-call"): void;
    release(
      operatorId: OperatorId,
      release: { callId: Call["callId"]; why: "talked" | "not-answered" | "ring-withdrawn"; wrapUpMs: number },
    ): void;
  };
  callId: Call["callId"];
  /** The call as it is now. */
  current(): Call;
  post(event: PostedEvent): void;
};

export class CallEffectRunner {
  private readonly parts: EffectParts;
  private readonly lanes = new Map<LegId, Promise<void>>();
  private readonly timers = new Map<TimerName, () => void>();
  /** Newest session description of each leg's far end; kept out of events and journal. */
  private readonly remoteSdp = new Map<LegId, string>();
  /** Legs the signalling knows. */
  private readonly signalled = new Set<LegId>();

  constructor(parts: EffectParts) {
    this.parts = parts;
  }

  /** The far end of a leg described its media. */
  describe(legId: LegId, sdp: string): void {
    this.remoteSdp.set(legId, sdp);
  }

  /** An incoming leg exists in the signalling already. */
  adopt(legId: LegId, sdp: string): void {
    this.signalled.add(legId);
    this.remoteSdp.set(legId, sdp);
  }

  run(effects: readonly CallEffect[]): void {
    for (const effect of effects) this.runOne(effect);
  }

  /** DTMF that came as INFO: to whoever hears this leg now. */
  relayDigit(legId: LegId, digit: { digit: string; durationMs: number }): void {
    const pair = conversationOf(this.parts.current());
    if (pair === null || !pair.includes(legId)) return;
    const other = pair[0] === legId ? pair[1] : pair[0];
    this.inLane([other], () => this.parts.media.sendDtmf(this.leg(other), digit), "ignore");
  }

  /** Resolves when nothing is under way; with what should not be there any more, by name. */
  async leftovers(): Promise<string[]> {
    while (this.lanes.size > 0) await Promise.all(this.lanes.values());
    return [...this.timers.keys()].map((timer) => `timer ${timer}`);
  }

  /** Stops the timers of a call that is given up. */
  close(): void {
    for (const stop of this.timers.values()) stop();
    this.timers.clear();
  }

  private runOne(effect: CallEffect): void {
    switch (effect.type) {
      case "publish":
        return;
      case "connect-media":
      case "disconnect-media":
      case "start-music":
      case "stop-music":
      case "release-media":
        return this.runMedia(effect);
      case "start-timer":
      case "stop-timer":
      case "join-queue":
      case "leave-queue":
      case "engage-operator":
      case "release-operator":
        return this.runOffice(effect);
      case "place-leg":
      case "progress-leg":
      case "answer-leg":
      case "reject-leg":
      case "end-leg":
      case "accept-answer":
      case "answer-reinvite":
      case "refuse-reinvite":
      case "notify-referrer":
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
      case "end-leg":
        return this.inLane([legId], () => this.endLeg(effect), "leg-failed");
    }
  }

  private async placeLeg(effect: Extract<SignallingEffect, { type: "place-leg" }>): Promise<void> {
    const { legId, to, caller, callId, contactId } = effect;
    if (!this.isWanted(legId)) return;
    const sdp = await this.parts.media.createOffer(this.leg(legId), {
      profile: effect.media,
      towards: this.counterpart(legId),
    });
    if (!this.isWanted(legId)) return;
    this.signalled.add(legId);
    await this.parts.signalling.placeLeg({ legId, to, sdp, caller, callId, contactId });
  }

  private async answerLeg(legId: LegId): Promise<void> {
    const leg = findLeg(this.parts.current(), legId);
    if (leg?.state.kind !== "answered") return;
    const sdp = await this.parts.media.answerOffer(this.leg(legId), this.sdpOf(legId));
    if (findLeg(this.parts.current(), legId)?.state.kind !== "answered") return;
    await this.parts.signalling.answerLeg(legId, sdp);
  }

  private async answerReinvite(legId: LegId): Promise<void> {
    const leg = findLeg(this.parts.current(), legId);
    if (leg === null) return;
    try {
      const sdp = await this.parts.media.answerOffer(this.leg(legId), this.sdpOf(legId));
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
      case "release-media":
        return this.inLane([effect.legId], () => media.release(this.leg(effect.legId)), "ignore");
    }
  }

  private runOffice(effect: OfficeEffect): void {
    const { room, clock, callId } = this.parts;
    switch (effect.type) {
      case "start-timer": {
        const { timer, deadlineMs } = effect;
        this.stopTimer(timer);
        const fire = (): void => {
          this.timers.delete(timer);
          this.parts.post({ type: "timer-fired", timer, deadlineMs });
        };
        this.timers.set(timer, clock.after(Math.max(0, deadlineMs - clock.now()), fire));
        return;
      }
      case "stop-timer":
        return this.stopTimer(effect.timer);
      case "join-queue": {
        const { type: _type, ...place } = effect;
        return room.joinLine({ callId, ...place });
      }
      case "leave-queue":
        return room.leaveLine(callId);
      case "engage-operator":
        return room.engage(effect.operatorId, callId, effect.activity);
      case "release-operator":
        return room.release(effect.operatorId, { callId, why: effect.why, wrapUpMs: effect.wrapUpMs });
    }
  }

  private stopTimer(timer: TimerName): void {
    this.timers.get(timer)?.();
    this.timers.delete(timer);
  }

  /** Queues work behind what these legs still have to do. `onFailure`: the event the call gets when the port fails. */
  private inLane(
    legIds: readonly LegId[],
    work: () => Promise<void>,
    onFailure: "leg-failed" | "media-failed" | "ignore",
  ): void {
    const earlier = legIds.map((legId) => this.lanes.get(legId)).filter((lane) => lane !== undefined);
    const started = earlier.length === 0 ? attempt(work) : Promise.all(earlier).then(work);
    const lane = started.catch((error: unknown) => this.portFailed(legIds, error, onFailure));
    for (const legId of legIds) this.lanes.set(legId, lane);
    void lane.finally(() => {
      for (const legId of legIds) if (this.lanes.get(legId) === lane) this.lanes.delete(legId);
    });
  }

  private portFailed(
    legIds: readonly LegId[],
    error: unknown,
    onFailure: "leg-failed" | "media-failed" | "ignore",
  ): void {
    const { callId } = this.parts;
    this.parts.log.warn({ callId, legIds, error: String(error), consequence: onFailure }, "a port failed");
    const legId = legIds.at(-1);
    if (legId === undefined || onFailure === "ignore") return;
    if (onFailure === "media-failed") this.parts.post({ type: "media-failed", legId });
    else this.parts.post({ type: "leg-failed", legId, status: 500, q850: null });
  }

  private async acceptAnswer(legId: LegId): Promise<void> {
    await this.parts.media.acceptAnswer(this.leg(legId), this.sdpOf(legId));
  }

  private leg(legId: LegId): CallLeg {
    return { callId: this.parts.callId, legId };
  }

  private pair([one, other]: readonly [LegId, LegId]): [CallLeg, CallLeg] {
    return [this.leg(one), this.leg(other)];
  }

  private counterpart(of: LegId): Counterpart | null {
    const legId = counterpartOf(this.parts.current(), of);
    const offer = this.remoteSdp.get(legId);
    return offer === undefined ? null : { legId, offer };
  }

  private isWanted(legId: LegId): boolean {
    const kind = findLeg(this.parts.current(), legId)?.state.kind;
    return kind === "trying" || kind === "alerting";
  }

  private sdpOf(legId: LegId): string {
    const sdp = this.remoteSdp.get(legId);
    if (sdp === undefined) throw new Error(`leg ${legId} has not described its media`);
    return sdp;
  }
}

/** Starts at once, also when the work throws before its first wait. */
async function attempt(work: () => Promise<void>): Promise<void> {
  await work();
}
