/**
 * Every call of the office that is not over: finds the call of a leg, hands events to it, tells the listeners of public events and cards,
 * and checks at the end of each call that nothing of it is left.
 */
import { changedCards } from "../domain/call/changed-cards.ts";
import { CallEffectRunner } from "./run-call-effect.ts";
import { CallRunner } from "./call-runner.ts";
import type { CallJournal } from "./call-journal.ts";
import { CallAudience, guarded } from "./call-audience.ts";
import { CallIndex } from "./call-index.ts";
import { handOnLegEvent } from "./hand-on-leg-event.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallEffect } from "../domain/call/call-effect.ts";
import type { CallArrival, CallBeginning, CallEvent, CallPlacement } from "../domain/call/call-event.ts";
import type { CallView, PublicCallEvent } from "../domain/call/call-view.ts";
import type { CallId, LegId, OperatorId } from "../domain/call/ids.ts";
import type { CallMedia } from "./call-media.ts";
import type { CallRunnerParts } from "./call-runner.ts";
import type { EffectParts } from "./effect-parts.ts";
import { StoreFault } from "./ports.ts";
import type { CallSignalling, Clock, Log, SignallingEvent } from "./ports.ts";

/** After the end of a call, its legs have this long to say their last word. */
const lastWordMs = 60_000;

export type CallsParts = {
  signalling: Omit<CallSignalling, "start" | "close">;
  media: CallMedia;
  journal: Pick<CallJournal, "write" | "listen" | "takesNewCalls">;
  clock: Clock;
  log: Log;
  codecsOfTrunk: EffectParts["codecsOfTrunk"];
  textOfTrunk: EffectParts["textOfTrunk"];
  keyModeOfTrunk: EffectParts["keyModeOfTrunk"];
  srtpOfTrunk: EffectParts["srtpOfTrunk"];
  identityOf: EffectParts["identityOf"];
  room: EffectParts["room"] & { isWaiting(callId: CallId): boolean };
  seekForward(callId: CallId, missed: Parameters<EffectParts["seekForward"]>[0]): void;
};

/** `lastMs`: of its last step. `keptLegs`: those that the signalling has taken back; `unsettledLegs`: those among them whose media has to be offered anew. */
export type LeftOfCall = {
  lastMs: number;
  keptLegs: readonly LegId[];
  lostLegs: readonly LegId[];
  unsettledLegs: readonly LegId[];
};

export class CallsInProgress {
  private readonly parts: CallsParts;
  /** The calls themselves, to be looked at. */
  readonly index = new CallIndex();
  private readonly audience: CallAudience;
  private leftoverCount = 0;
  private readonly onceEmpty = new Set<() => void>();

  constructor(parts: CallsParts) {
    this.parts = parts;
    this.audience = new CallAudience(parts.log);
    parts.journal.listen((published) => this.audience.tellEvents(published));
  }

  /** A call begins, with an incoming leg or with an operator's wish. Throws when the journal has no room for it: the caller has to be turned away. */
  begin(beginning: CallArrival, sdp: string | null): CallRunner;
  begin(beginning: CallPlacement, sdp?: string | null): CallRunner;
  begin(beginning: CallBeginning, sdp: string | null = null): CallRunner {
    const { callId } = beginning;
    if (!this.parts.journal.takesNewCalls()) throw new StoreFault("full", "the journal has no room for another call");
    const effects = new CallEffectRunner(this.effectParts(callId));
    const runner = CallRunner.begin(beginning, this.runnerParts(callId, effects));
    this.index.add(callId, { runner, effects, deviceUris: new Map(), stopLastWordTimer: null });
    const came = beginning.type === "call-arrived" ? beginning : beginning.dialledOn;
    if (came !== undefined) {
      effects.signalling.adopt(came.legId, sdp);
      this.index.addLeg(came.legId, callId);
    }
    return runner;
  }

  /** A leg that came in takes the place of another one of the call. */
  adoptLeg(callId: CallId, legId: LegId, sdp: string): void {
    this.index.require(callId).effects.signalling.adopt(legId, sdp);
    this.index.addLeg(legId, callId);
  }

  /** A call that an earlier run of the box has left. */
  takeUp(call: Call, left: LeftOfCall): void {
    const { callId } = call;
    const effects = new CallEffectRunner(this.effectParts(callId));
    const runner = CallRunner.resume(call, left.lastMs, this.runnerParts(callId, effects));
    this.index.add(callId, { runner, effects, deviceUris: new Map(), stopLastWordTimer: null });
    for (const { legId } of call.legs) this.index.addLeg(legId, callId);
    for (const legId of left.keptLegs) effects.signalling.takeBack(legId);
    const { lostLegs, unsettledLegs } = left;
    runner.post({ type: "box-restarted", lostLegs, unsettledLegs });
  }

  find(callId: CallId): CallRunner | null {
    return this.index.get(callId)?.runner ?? null;
  }

  findByLeg(legId: LegId): CallRunner | null {
    return this.index.ofLeg(legId)?.runner ?? null;
  }

  /** Something happened on a leg. */
  legEvent(event: Exclude<SignallingEvent, { type: "leg-referred" | "leg-text" }>): void {
    const call = this.index.ofLeg(event.legId);
    if (call !== null) handOnLegEvent(call, event);
  }

  announcementEnded(legId: LegId): void {
    this.index.ofLeg(legId)?.runner.post({ type: "announcement-ended", legId });
  }

  mediaFailed(legId: LegId): void {
    this.index.ofLeg(legId)?.runner.post({ type: "media-failed", legId });
  }

  mediaMoved(callId: CallId): void {
    this.find(callId)?.post({ type: "media-moved" });
  }

  /** Contacts of an operator that cannot be reached any more: the legs that ring there are given up. */
  devicesGone(operatorId: OperatorId, uris: readonly string[]): void {
    for (const { runner, legId } of this.index.legsRingingOn(operatorId, uris))
      runner.post({ type: "device-gone", legId });
  }

  onEvent(listener: (event: PublicCallEvent) => void): () => void {
    return this.audience.onEvent(listener);
  }

  onCard(listener: (operatorId: OperatorId, view: CallView) => void): () => void {
    return this.audience.onCard(listener);
  }

  /** After every step of a call, with the call as it is then. */
  onStep(listener: (call: Call) => void): void {
    this.audience.onStep(listener);
  }

  /** Resolves when the legs of the call have done what they had to do. */
  async settled(callId: CallId): Promise<void> {
    await this.index.get(callId)?.effects.settled();
  }

  /** How many calls ended with something left behind. A bug whenever it is not 0. */
  leftovers(): number {
    return this.leftoverCount;
  }

  /** Ends every call for a stop of the box and waits, at most `withinMs`, until their legs have said their last word. */
  async endAll(withinMs: number): Promise<void> {
    for (const { runner } of this.index.all()) runner.post({ type: "box-stopping" });
    await this.emptied(withinMs);
  }

  /** Resolves when no call is left, or after this time. */
  async emptied(withinMs: number): Promise<void> {
    if (this.index.isEmpty()) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop();
        this.onceEmpty.delete(done);
        resolve();
      };
      const stop = this.parts.clock.after(withinMs, done);
      this.onceEmpty.add(done);
    });
  }

  close(): void {
    for (const done of this.onceEmpty) done();
    for (const { effects, stopLastWordTimer } of this.index.all()) {
      effects.close();
      stopLastWordTimer?.();
    }
    this.index.clear();
    this.audience.close();
  }

  private effectParts(callId: CallId): EffectParts {
    /** Kept when found: work of a call may still be under way when the call is forgotten. */
    let known: CallRunner | null = null;
    const runnerOf = (): CallRunner => (known ??= this.index.require(callId).runner);
    const { signalling, media, clock, log, room, codecsOfTrunk, textOfTrunk, keyModeOfTrunk, srtpOfTrunk, identityOf } =
      this.parts;
    return {
      signalling,
      codecsOfTrunk,
      textOfTrunk,
      keyModeOfTrunk,
      srtpOfTrunk,
      identityOf,
      media,
      clock,
      log,
      room,
      callId,
      current: () => runnerOf().call,
      post: (event) => this.find(callId)?.post(event),
      seekForward: (missed) => this.parts.seekForward(callId, missed),
      postTo: (other, event) => this.find(other)?.post(event),
    };
  }

  private runnerParts(callId: CallId, effects: CallEffectRunner): CallRunnerParts {
    const { journal, clock, log } = this.parts;
    return {
      journal,
      clock,
      log,
      runEffects: (list) => {
        this.noteNewLegs(callId, list);
        guarded(this.parts.log, callId, () => effects.run(list));
      },
      onStep: (change) => this.stepDone(callId, change),
      onIgnored: (event) => this.eventIgnored(callId, event),
      onOver: () => void this.callOver(callId),
    };
  }

  private noteNewLegs(callId: CallId, effects: readonly CallEffect[]): void {
    for (const effect of effects) {
      if (effect.type !== "place-leg") continue;
      this.index.addLeg(effect.legId, callId);
      if (effect.to.kind === "device") this.index.require(callId).deviceUris.set(effect.legId, effect.to.uri);
    }
  }

  private stepDone(callId: CallId, change: Parameters<CallRunnerParts["onStep"]>[0]): void {
    const { before, after } = change;
    this.audience.tellCards(changedCards(before, after), callId);
    this.audience.tellStep(after);
    if (after.phase.kind === "ended" && before?.phase.kind !== "ended") this.awaitLastWords(callId);
  }

  /** Operators who were found for a call that does not wait any more are free again. */
  private eventIgnored(callId: CallId, event: CallEvent): void {
    if (event.type !== "operator-assigned") return;
    for (const { operatorId } of [event, ...(event.others ?? [])])
      this.parts.room.release(operatorId, { callId, why: "ring-withdrawn", wrapUpMs: 0 });
  }

  private awaitLastWords(callId: CallId): void {
    const call = this.index.require(callId);
    call.stopLastWordTimer = this.parts.clock.after(lastWordMs, () => {
      this.reportLeftovers(callId, ["a leg without a last word"]);
      this.forget(callId);
    });
  }

  /** End-of-call check: no leg, timer, place in the line or media session of the call may be left. */
  private async callOver(callId: CallId): Promise<void> {
    const call = this.index.require(callId);
    call.stopLastWordTimer?.();
    const legIds = call.runner.call.legs.map((leg) => leg.legId);
    const left = await call.effects.leftovers();
    const open = this.parts.signalling.openLegs();
    left.push(...legIds.filter((legId) => open.includes(legId)).map((legId) => `leg ${legId}`));
    if (this.parts.room.isWaiting(callId)) left.push("place in the line");
    if (left.length > 0) this.reportLeftovers(callId, left);
    this.forget(callId);
  }

  private reportLeftovers(callId: CallId, left: readonly string[]): void {
    this.leftoverCount += 1;
    this.parts.log.error({ callId, left }, "a call ended and left something behind");
  }

  private forget(callId: CallId): void {
    const call = this.index.get(callId);
    if (call === null) return;
    call.effects.close();
    this.parts.media.releaseCall(callId).catch((error: unknown) => {
      this.parts.log.warn({ callId, error: String(error) }, "media of an ended call could not be freed");
    });
    this.index.remove(callId);
    if (this.index.isEmpty()) for (const done of this.onceEmpty) done();
  }
}
