/**
 * Every call of the office that is not over: finds the call of a leg, hands events to it, tells the listeners of public events and cards,
 * and checks at the end of each call that nothing of it is left.
 */
import { changedCards } from "../domain/call/changed-cards.ts";
import { engagementsOf, cardOf } from "../domain/call/summary.ts";
import { pendingLegsOf, usesTrunk } from "../domain/call/legs.ts";
import { CallEffectRunner } from "./run-call-effect.ts";
import { CallRunner } from "./call-runner.ts";
import { CallAudience, guarded } from "./call-audience.ts";
import { parkedView } from "../domain/call/parking.ts";
import { ringsAt } from "../domain/call/ringing.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallEffect } from "../domain/call/call-effect.ts";
import type { CallArrival, CallBeginning, CallPlacement } from "../domain/call/call-event.ts";
import type { CallView, ParkedCallView, PublicCallEvent } from "../domain/call/call-view.ts";
import type { CallId, LegId, OperatorId } from "../domain/call/ids.ts";
import type { CallMedia } from "./call-media.ts";
import type { CallRunnerParts } from "./call-runner.ts";
import type { EffectParts } from "./run-call-effect.ts";
import type { CallSignalling, CallStore, Clock, Log, SignallingEvent } from "./ports.ts";

/** After the end of a call, its legs have this long to say their last word. */
const lastWordMs = 60_000;

export type CallsParts = {
  signalling: Omit<CallSignalling, "start" | "close">;
  media: CallMedia;
  store: CallStore;
  clock: Clock;
  log: Log;
  room: EffectParts["room"] & { isWaiting(callId: CallId): boolean };
};

type CallInProgress = {
  runner: CallRunner;
  effects: CallEffectRunner;
  /** Contact each device leg was placed to. */
  deviceUris: Map<LegId, string>;
  stopLastWordTimer: (() => void) | null;
};

export class CallsInProgress {
  private readonly parts: CallsParts;
  private readonly calls = new Map<CallId, CallInProgress>();
  private readonly callOfLeg = new Map<LegId, CallId>();
  private readonly audience: CallAudience;
  private leftoverCount = 0;
  private onceEmpty: () => void = () => undefined;

  constructor(parts: CallsParts) {
    this.parts = parts;
    this.audience = new CallAudience(parts.log);
  }

  /** A call begins, with an incoming leg or with an operator's wish. Throws when the journal refuses it: the caller has to be turned away. */
  begin(beginning: CallArrival, sdp: string | null): CallRunner;
  begin(beginning: CallPlacement): CallRunner;
  begin(beginning: CallBeginning, sdp: string | null = null): CallRunner {
    const { callId } = beginning;
    const effects = new CallEffectRunner(this.effectParts(callId));
    const { runner, open } = CallRunner.begin(beginning, this.runnerParts(callId, effects));
    this.calls.set(callId, { runner, effects, deviceUris: new Map(), stopLastWordTimer: null });
    if (beginning.type === "call-arrived") {
      effects.adopt(beginning.legId, sdp);
      this.callOfLeg.set(beginning.legId, callId);
    }
    open();
    return runner;
  }

  find(callId: CallId): CallRunner | null {
    return this.calls.get(callId)?.runner ?? null;
  }

  findByLeg(legId: LegId): CallRunner | null {
    const callId = this.callOfLeg.get(legId);
    return callId === undefined ? null : this.find(callId);
  }

  /** Something happened on a leg. Session descriptions go to the media, digits to the counterpart, the rest into the call. */
  legEvent(event: Exclude<SignallingEvent, { type: "leg-referred" }>): void {
    const call = this.callOf(event.legId);
    if (call === null) return;
    if (event.type === "leg-digit") return call.effects.relayDigit(event.legId, event);
    if (event.type === "leg-answered" || event.type === "leg-early-media") {
      const { sdp, ...fact } = event;
      call.effects.describe(event.legId, sdp, "answer");
      return call.runner.post(fact);
    }
    if (event.type === "leg-acknowledged") return call.effects.acknowledge(event.legId, event.answer);
    if (event.type === "leg-ended") call.effects.acknowledge(event.legId, null);
    if (event.type === "leg-reinvited") {
      const { sdp, ...fact } = event;
      if (sdp === null) return call.effects.reinvitedWithoutOffer(event.legId);
      call.effects.describe(event.legId, sdp, "offer");
      return call.runner.post(fact);
    }
    return call.runner.post(event);
  }

  announcementEnded(legId: LegId): void {
    this.callOf(legId)?.runner.post({ type: "announcement-ended", legId });
  }

  mediaFailed(legId: LegId): void {
    this.callOf(legId)?.runner.post({ type: "media-failed", legId });
  }

  /** Contacts of an operator that cannot be reached any more: the legs that ring there are given up. */
  devicesGone(operatorId: OperatorId, uris: readonly string[]): void {
    for (const { runner, deviceUris } of this.calls.values()) {
      const rings = pendingLegsOf(runner.call).filter(({ peer }) => peer.name === operatorId);
      const gone = rings.filter(({ legId }) => uris.includes(deviceUris.get(legId) ?? ""));
      for (const { legId } of gone) runner.post({ type: "device-gone", legId });
    }
  }

  callsOf(operatorId: OperatorId): CallView[] {
    const engaged = this.where((call) => engagementsOf(call).has(operatorId));
    return engaged.flatMap(({ call }) => cardOf(call, operatorId) ?? []);
  }

  parked(): ParkedCallView[] {
    return this.where((call) => call.phase.kind === "parked").flatMap(({ call }) => parkedView(call) ?? []);
  }

  ringingAt(operatorId: OperatorId): CallRunner | null {
    return this.where((call) => ringsAt(call, operatorId))[0] ?? null;
  }

  onEvent(listener: (event: PublicCallEvent) => void): () => void {
    return this.audience.onEvent(listener);
  }

  onCard(listener: (operatorId: OperatorId, view: CallView) => void): () => void {
    return this.audience.onCard(listener);
  }

  /** How many calls ended with something left behind. A bug whenever it is not 0. */
  leftovers(): number {
    return this.leftoverCount;
  }

  /** Calls that have not ended; one that only waits for the last word of a far end is over for everybody else. */
  size(): number {
    return this.where((call) => call.phase.kind !== "ended").length;
  }

  /** Calls of the contact that have not ended. */
  ofContact(contactId: string): number {
    return this.where((call) => call.contactId === contactId && call.phase.kind !== "ended").length;
  }

  /** Calls with a leg on the carrier's trunk. */
  onTrunk(trunkId: string): number {
    return this.where((call) => usesTrunk(call, trunkId)).length;
  }

  /** Ends every call for a stop of the box and waits, at most `withinMs`, until their legs have said their last word. */
  async endAll(withinMs: number): Promise<void> {
    for (const { runner } of this.calls.values()) runner.post({ type: "box-stopping" });
    if (this.calls.size === 0) return;
    await new Promise<void>((resolve) => {
      const stop = this.parts.clock.after(withinMs, resolve);
      this.onceEmpty = () => {
        stop();
        resolve();
      };
    });
  }

  close(): void {
    for (const { effects, stopLastWordTimer } of this.calls.values()) {
      effects.close();
      stopLastWordTimer?.();
    }
    this.calls.clear();
    this.callOfLeg.clear();
    this.audience.close();
  }

  private where(fits: (call: Call) => boolean): CallRunner[] {
    return [...this.calls.values()].map(({ runner }) => runner).filter(({ call }) => fits(call));
  }

  private callOf(legId: LegId): CallInProgress | null {
    const callId = this.callOfLeg.get(legId);
    return callId === undefined ? null : (this.calls.get(callId) ?? null);
  }

  private effectParts(callId: CallId): EffectParts {
    /** Kept when found: work of a call may still be under way when the call is forgotten. */
    let known: CallRunner | null = null;
    const runnerOf = (): CallRunner => (known ??= this.require(callId).runner);
    const { signalling, media, clock, log, room } = this.parts;
    return {
      signalling,
      media,
      clock,
      log,
      room,
      callId,
      current: () => runnerOf().call,
      post: (event) => this.find(callId)?.post(event),
    };
  }

  private runnerParts(callId: CallId, effects: CallEffectRunner): CallRunnerParts {
    const { store, clock, log } = this.parts;
    return {
      store,
      clock,
      log,
      runEffects: (list) => {
        this.noteNewLegs(callId, list);
        guarded(this.parts.log, callId, () => effects.run(list));
      },
      onStep: (change) => this.stepDone(callId, change),
      onOver: () => void this.callOver(callId),
    };
  }

  private noteNewLegs(callId: CallId, effects: readonly CallEffect[]): void {
    for (const effect of effects) {
      if (effect.type !== "place-leg") continue;
      this.callOfLeg.set(effect.legId, callId);
      if (effect.to.kind === "device") this.require(callId).deviceUris.set(effect.legId, effect.to.uri);
    }
  }

  private stepDone(callId: CallId, change: Parameters<CallRunnerParts["onStep"]>[0]): void {
    const { before, after, event, published } = change;
    this.audience.tellEvents(published);
    this.audience.tellCards(changedCards(before, after), callId);
    if (event.type === "operator-assigned" && !engagementsOf(after).has(event.operatorId)) {
      // The call did not want the operator any more: the room's reservation is given back.
      this.parts.room.release(event.operatorId, { callId, why: "ring-withdrawn", wrapUpMs: 0 });
    }
    if (after.phase.kind === "ended" && before?.phase.kind !== "ended") this.awaitLastWords(callId);
  }

  private awaitLastWords(callId: CallId): void {
    const call = this.require(callId);
    call.stopLastWordTimer = this.parts.clock.after(lastWordMs, () => {
      this.reportLeftovers(callId, ["a leg without a last word"]);
      this.forget(callId);
    });
  }

  /** End-of-call check: no leg, timer, place in the line or media session of the call may be left. */
  private async callOver(callId: CallId): Promise<void> {
    const call = this.require(callId);
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
    const call = this.calls.get(callId);
    if (call === undefined) return;
    call.effects.close();
    this.parts.media.releaseCall(callId).catch((error: unknown) => {
      this.parts.log.warn({ callId, error: String(error) }, "media of an ended call could not be freed");
    });
    for (const leg of call.runner.call.legs) this.callOfLeg.delete(leg.legId);
    this.calls.delete(callId);
    if (this.calls.size === 0) this.onceEmpty();
  }

  private require(callId: CallId): CallInProgress {
    const call = this.calls.get(callId);
    if (call === undefined) throw new Error(`call ${callId} is not in progress`);
    return call;
  }
}
