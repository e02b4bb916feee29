/**
 * Effects of one call, done with the ports. Effects on the same leg run one after the other in the order given, effects on different legs
 * overlap: ringing an operator never waits for the caller's leg. After each wait the call is looked at again, because the leg may have been
 * given up meanwhile. Every failure of a port comes back to the call as an event.
 */
import { findLeg } from "../domain/call/find-leg.ts";
import { OfficeEffects } from "./run-office-effect.ts";
import { LegLanes, type FailedWork } from "./leg-lanes.ts";
import { MediaEffects } from "./run-media-effect.ts";
import { SignallingEffects } from "./run-signalling-effect.ts";
import type { CallEffect } from "../domain/call/call-effect.ts";
import type { EffectParts } from "./effect-parts.ts";

export class CallEffectRunner {
  /** What the far ends of the legs said and did. */
  readonly signalling: SignallingEffects;
  readonly media: MediaEffects;
  private readonly parts: EffectParts;
  private readonly lanes: LegLanes;
  private readonly office: OfficeEffects;

  constructor(parts: EffectParts) {
    this.parts = parts;
    this.lanes = new LegLanes((failed) => this.portFailed(failed));
    this.office = new OfficeEffects(parts);
    this.media = new MediaEffects(parts, this.lanes);
    this.signalling = new SignallingEffects(parts, this.lanes);
  }

  run(effects: readonly CallEffect[]): void {
    for (const effect of effects) this.runOne(effect);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.lanes.idle();
  }

  /** Resolves when nothing is under way; with what should not be there any more, by name. */
  async leftovers(): Promise<string[]> {
    await this.lanes.idle();
    return this.office.runningTimers().map((timer) => `timer ${timer}`);
  }

  /** Stops the timers of a call that is given up. */
  close(): void {
    this.office.close();
    this.media.close();
  }

  private runOne(effect: CallEffect): void {
    switch (effect.type) {
      case "publish":
        return;
      case "connect-media":
      case "disconnect-media":
      case "start-music":
      case "stop-music":
      case "play-ringing":
      case "announce":
      case "announce-place":
      case "renew-media":
      case "release-media":
        return this.media.run(effect);
      case "start-timer":
      case "stop-timer":
      case "join-queue":
      case "leave-queue":
      case "merge-call":
      case "seek-forward":
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
      case "tell-connected":
        return this.signalling.run(effect);
    }
  }

  private portFailed({ legIds, error, consequence }: FailedWork): void {
    const { callId } = this.parts;
    // Whose legs: an administrator knows the trunk by its name.
    const peers = legIds.map((one) => findLeg(this.parts.current(), one)?.peer);
    const whose = peers.map((peer) => (peer === undefined ? "?" : `${peer.kind} ${peer.name}`));
    this.parts.log.warn({ callId, legIds, whose, error: String(error), consequence }, "a port failed");
    const legId = legIds.at(-1);
    if (legId === undefined || consequence === "ignore") return;
    if (consequence === "leg-failed") this.parts.post({ type: "leg-failed", legId, status: 500, q850: null });
    else this.parts.post({ type: consequence, legId });
  }
}
