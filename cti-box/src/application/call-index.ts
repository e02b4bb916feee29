/** Every call of the office that is not over, found by call, by leg, by operator, by contact and by trunk. Read by everybody, changed by `CallsInProgress`. */
import { parkedView } from "../domain/call/parking.ts";
import { channelsOn, pendingLegsOf } from "../domain/call/legs.ts";
import { ringsAt } from "../domain/call/ringing.ts";
import { cardOf, engagementsOf } from "../domain/call/summary.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallView, ParkedCallView } from "../domain/call/call-view.ts";
import type { CallId, LegId, OperatorId } from "../domain/call/ids.ts";
import type { CallRunner } from "./call-runner.ts";
import type { CallEffectRunner } from "./run-call-effect.ts";

export type CallInProgress = {
  runner: CallRunner;
  effects: CallEffectRunner;
  /** Contact each device leg was placed to. */
  deviceUris: Map<LegId, string>;
  stopLastWordTimer: (() => void) | null;
};

export class CallIndex {
  private readonly calls = new Map<CallId, CallInProgress>();
  private readonly callOfLeg = new Map<LegId, CallId>();

  add(callId: CallId, call: CallInProgress): void {
    this.calls.set(callId, call);
  }

  addLeg(legId: LegId, callId: CallId): void {
    this.callOfLeg.set(legId, callId);
  }

  /** Forgets the call with its legs. */
  remove(callId: CallId): void {
    for (const leg of this.calls.get(callId)?.runner.call.legs ?? []) this.callOfLeg.delete(leg.legId);
    this.calls.delete(callId);
  }

  clear(): void {
    this.calls.clear();
    this.callOfLeg.clear();
  }

  all(): Iterable<CallInProgress> {
    return this.calls.values();
  }

  /** Those that have not ended. */
  open(): Call[] {
    return this.where((call) => call.phase.kind !== "ended").map(({ call }) => call);
  }

  isEmpty(): boolean {
    return this.calls.size === 0;
  }

  get(callId: CallId): CallInProgress | null {
    return this.calls.get(callId) ?? null;
  }

  require(callId: CallId): CallInProgress {
    const call = this.get(callId);
    if (call === null) throw new Error(`call ${callId} is not in progress`);
    return call;
  }

  ofLeg(legId: LegId): CallInProgress | null {
    const callId = this.callOfLeg.get(legId);
    return callId === undefined ? null : this.get(callId);
  }

  /** The contact that a leg was placed to; null: it is not known, or came in. */
  contactOf(legId: LegId): string | null {
    return this.ofLeg(legId)?.deviceUris.get(legId) ?? null;
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

  /** Legs that ring now at one of these contacts of the operator. */
  legsRingingOn(operatorId: OperatorId, uris: readonly string[]): { runner: CallRunner; legId: LegId }[] {
    return [...this.calls.values()].flatMap(({ runner, deviceUris }) =>
      pendingLegsOf(runner.call)
        .filter(({ peer, legId }) => peer.name === operatorId && uris.includes(deviceUris.get(legId) ?? ""))
        .map(({ legId }) => ({ runner, legId })),
    );
  }

  /** Calls that have not ended; one that only waits for the last word of a far end is over for everybody else. */
  size(): number {
    return this.count(() => true);
  }

  /** Calls of the contact that have not ended. */
  ofContact(contactId: string): number {
    return this.count((call) => call.contactId === contactId);
  }

  /** Callers who wait in the queue now, also those whose step is still on its way into the journal. */
  waitingIn(queueId: string): number {
    return this.count(({ phase, queue }) => phase.kind === "queued" && queue?.queueId === queueId);
  }

  /** Calls that are so and have not ended. */
  count(isSo: (call: Call) => boolean): number {
    let found = 0;
    for (const { runner } of this.calls.values())
      if (runner.call.phase.kind !== "ended" && isSo(runner.call)) found += 1;
    return found;
  }

  /** Channels of the carrier's trunk that are taken: a citizen who came over it and was transferred over it takes two. */
  onTrunk(trunkId: string): number {
    let channels = 0;
    for (const { runner } of this.calls.values()) channels += channelsOn(runner.call, trunkId);
    return channels;
  }

  private where(fits: (call: Call) => boolean): CallRunner[] {
    return [...this.calls.values()].map(({ runner }) => runner).filter(({ call }) => fits(call));
  }
}
